"""Who can act on the causes shown, whether they go away by themselves, and what each side can do."""

import streamlit as st

from dashboard import formats
from dashboard.screen import Screen
from etl.catalogue import load_catalogue
from etl.catalogue.things import Cause
from etl.words import Words

TITLE = Words(en="Who can act, and how?", zh="谁能采取行动，怎么做？")
LINE = Words(en="{name} · {count} refusals", zh="{name} · {count} 次拒绝")
WHO = Words(en="Who acts", zh="由谁处理")
RETURNS = Words(en="Goes away by itself?", zh="会自行恢复吗？")
APPLICANT = Words(en="The applicant", zh="申请人")
LENDER = Words(en="The lender", zh="放款机构")
PLATFORM = Words(en="The platform", zh="平台")
MOST = 6


def show_advice(screen: Screen) -> None:
    """The causes with the most refusals under the filters, each to be opened."""
    st.markdown(f"#### {screen.words(TITLE)}")
    frame = screen.ask(screen.question(("refusals",), ("cause",)))
    largest = frame[frame["refusals"] > 0].nlargest(MOST, "refusals")
    causes = load_catalogue().causes
    for row in largest.itertuples():
        if row.cause in causes:
            _advise(causes[row.cause], row.refusals, screen)


def _advise(cause: Cause, refusals: float, screen: Screen) -> None:
    line = screen.words(LINE, name=screen.words(cause.words), count=formats.count(refusals, screen.language))
    with st.expander(line):
        st.markdown(f"**{screen.words(WHO)}** {screen.words(cause.who)}")
        st.markdown(f"**{screen.words(RETURNS)}** {screen.words(cause.returns)}")
        columns = st.columns(3)
        sides = ((APPLICANT, cause.advice.applicant), (LENDER, cause.advice.lender), (PLATFORM, cause.advice.platform))
        for column, (side, advice) in zip(columns, sides, strict=True):
            column.markdown(f"**{screen.words(side)}**  \n{screen.words(advice)}")
