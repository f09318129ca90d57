"""Overview: how many, what rate, what money, what changed, which causes, where."""

import streamlit as st

from dashboard import figures
from dashboard.cards import Card, show
from dashboard.kpis import show_row
from dashboard.screen import Screen
from etl.words import Words

TREND = Card(
    "trend_layer",
    Words(en="How many refusals, and on whose side is the cause?", zh="有多少拒绝，原因在哪一层面？"),
    metrics=("refusals",),
    by=("layer",),
    own=("layer",),
    has_time=True,
    figure=figures.over_time("refusals", split="layer"),
)
CAUSES = Card(
    "top_causes",
    Words(en="Which causes refuse most?", zh="哪些原因造成的拒绝最多？"),
    metrics=("refusals", "refusal_share"),
    by=("cause",),
    own=("cause",),
    figure=figures.ranked("cause", "refusals"),
)
TILES = Card(
    "tiles",
    Words(en="Where is the refusal rate high?", zh="哪些地区的拒绝率高？"),
    metrics=("refusal_rate",),
    by=("region",),
    own=("region",),
    figure=figures.tiled("refusal_rate"),
)
CARDS = (TREND, CAUSES, TILES)


def render(screen: Screen) -> None:
    show_row(screen)
    show(TREND, screen)
    left, right = st.columns(2)
    with left:
        show(CAUSES, screen)
    with right:
        show(TILES, screen)
