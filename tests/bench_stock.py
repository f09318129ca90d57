"""The charts of the overview as Streamlit's own element draws them: the peer of `bench_ui.py`."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dashboard import answers, state
from dashboard.filters import opening
from dashboard.screen import Screen
from dashboard.views import overview
from etl.words import Language

FILTERS = "filters"

st.set_page_config(layout="wide")
snapshot = state.snapshot(Path(sys.argv[1]))
filters = st.session_state.setdefault(FILTERS, opening(snapshot.info, Language.EN))
shown = Screen(snapshot, filters)


def clicked(key: str) -> None:
    points = st.session_state[key].selection.points
    if points:
        region = points[0]["customdata"][0]
        st.session_state[FILTERS] = st.session_state[FILTERS].toggled("region", region)


st.title("The same charts")
for card in overview.cards(shown):
    drawn = answers.answer(card, shown).drawn
    if drawn:
        key = f"chart_{card.id}"
        with st.container(key=f"card_{card.id}"):
            figure = drawn.figure.figure()
            st.plotly_chart(figure, key=key, on_select=lambda key=key: clicked(key), selection_mode="points")
