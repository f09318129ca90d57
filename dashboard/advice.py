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
UNLISTED = Words(en="{line} · not in the catalogue, so no advice", zh="{line} · 不在目录中，暂无建议")
REST = Words(
    en="Not listed: {n} further causes with {count} refusals.", zh="未列出：另外 {n} 个原因，共 {count} 次拒绝。"
)
MOST = 6
SHARED_METRICS = ("refusals", "refusal_share", "refusal_rate")
"""As the card of causes asks: one answer serves both."""


def show_advice(screen: Screen) -> None:
    """The causes with the most refusals under the filters, each to be opened."""
    st.markdown(f"## {screen.words(TITLE)}")
    frame = screen.ask(screen.question(SHARED_METRICS, ("cause",)))
    largest = frame[frame["refusals"] > 0].nlargest(MOST, "refusals")
    causes = load_catalogue().causes
    for row in largest.itertuples():
        if row.cause in causes:
            _advise(causes[row.cause], row.refusals, screen)
        else:
            name = screen.label("cause", row.cause)
            st.markdown(screen.words(UNLISTED, line=_line(name, row.refusals, screen)))
    rest = frame[(frame["refusals"] > 0) & ~frame["cause"].isin(largest["cause"])]
    if not rest.empty:
        count = formats.count(rest["refusals"].sum(), screen.language)
        st.caption(screen.words(REST, n=len(rest), count=count))


def _line(name: str, refusals: float, screen: Screen) -> str:
    return screen.words(LINE, name=name, count=formats.count(refusals, screen.language))


def _advise(cause: Cause, refusals: float, screen: Screen) -> None:
    with st.expander(_line(screen.words(cause.words), refusals, screen)):
        st.markdown(f"**{screen.words(WHO)}** {screen.words(cause.who)}")
        st.markdown(f"**{screen.words(RETURNS)}** {screen.words(cause.returns)}")
        columns = st.columns(3)
        sides = ((APPLICANT, cause.advice.applicant), (LENDER, cause.advice.lender), (PLATFORM, cause.advice.platform))
        for column, (side, advice) in zip(columns, sides, strict=True):
            column.markdown(f"**{screen.words(side)}**  \n{screen.words(advice)}")
