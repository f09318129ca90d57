"""Overview: how many, what rate, what money, what changed, which causes, where."""

from typing import Any

import streamlit as st

from dashboard import figures, findings, formats, maps, reference, words
from dashboard.answers import Card
from dashboard.cards import show
from dashboard.cautions import show_cautions
from dashboard.kpis import show_row
from dashboard.movement import MOVERS
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
    finding=findings.over_time("refusals"),
)
CAUSES = Card(
    "top_causes",
    Words(en="Which causes refuse most?", zh="哪些原因造成的拒绝最多？"),
    metrics=("refusals", "refusal_share"),
    by=("cause",),
    own=("cause",),
    has_before=True,
    figure=figures.ranked("cause", "refusals"),
    finding=findings.leading("cause"),
)
TILES = Card(
    "tiles",
    Words(en="Where is the refusal rate high?", zh="哪些地区的拒绝率高？"),
    metrics=("refusal_rate",),
    by=("region",),
    own=("region",),
    figure=figures.tiled("refusal_rate"),
    finding=findings.extremes("region", "refusal_rate"),
)
NEWEST = Words(en="What happened lately?", zh="最近发生了什么？")
MOST = 5


def cards(screen: Screen) -> tuple[Card, ...]:
    return (MOVERS, TREND, CAUSES, maps.with_own_map(TILES, screen, "refusal_rate"))


def render(screen: Screen) -> None:
    show_row(screen)
    show_cautions(screen)
    show(MOVERS, screen)
    show(TREND, screen)
    left, right = st.columns(2)
    with left:
        show(CAUSES, screen)
        _newest(screen)
    with right:
        show(maps.with_own_map(TILES, screen, "refusal_rate"), screen)


def _newest(screen: Screen) -> None:
    """The last events of the lender's calendar, newest first, whatever the period."""
    events = reference.occasions(screen.snapshot)
    begun = events[events["start_at"] < screen.info.as_of].sort_values("start_at", ascending=False)
    if begun.empty:
        return
    with st.container(border=True, key="newest"):
        st.markdown(f"## {screen.words(NEWEST)}")
        st.markdown("\n".join(f"- {_event(row, screen)}" for row in begun.head(MOST).to_dict("records")))


def _event(row: dict[str, Any], screen: Screen) -> str:
    grain = screen.info.time_grain if row["is_break"] else "day"
    when = formats.span(row["start_at"].date(), row["last_at"].date(), screen.language, grain)
    return screen.words(words.CHOSEN, name=when, values=row[str(screen.language)])
