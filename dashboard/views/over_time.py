"""Time: since when, at which hour, beside the lender's own events."""

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import figures, findings
from dashboard.answers import Card
from dashboard.cards import show
from dashboard.screen import Screen
from dashboard.switches import chosen, switch
from dashboard.trends import Shape
from etl.catalogue.dimensions import DIMENSIONS
from etl.words import Words

SPLIT = Words(en="Split by", zh="拆分")
SPLITS = ("layer", "cause")
SHAPE = Words(en="Drawn as", zh="图形")
SHAPES = {
    Shape.PANELS: Words(en="One panel each", zh="分图"),
    Shape.LINES: Words(en="Lines", zh="折线"),
    Shape.STACKED: Words(en="Stacked", zh="堆叠"),
}
OWN_SCALE = Words(
    en="One panel each: every panel has a scale of its own, so that what is small can be seen to move.",
    zh="分图：各图使用各自的刻度，以便看清小项的变化。",
)

RATE = Card(
    "rate_trend",
    Words(en="How did the refusal rate move?", zh="拒绝率如何变化？"),
    metrics=("refusal_rate",),
    by=(),
    has_time=True,
    has_intervals=True,
    sets_period=True,
    figure=figures.over_time("refusal_rate", shape=Shape.LINES),
    finding=findings.over_time("refusal_rate"),
)
SPLIT_RATES = Card(
    "split_trend",
    Words(en="Which causes moved it?", zh="是哪些原因引起的变化？"),
    metrics=("refusal_rate",),
    by=("layer",),
    own=("layer",),
    has_time=True,
    names_events=False,
    figure=figures.over_time("refusal_rate", split="layer", shape=Shape.PANELS),
    note=OWN_SCALE,
)
VOLUME = Card(
    "volume",
    Words(en="How many tried to borrow?", zh="有多少人次尝试借款？"),
    metrics=("attempts",),
    by=(),
    has_time=True,
    names_events=False,
    sets_period=True,
    figure=figures.over_time("attempts"),
    finding=findings.over_time("attempts"),
)
HOURS = Card(
    "week_hours",
    Words(en="At which hour of the week are refusals frequent?", zh="一周中哪个时段拒绝更多？"),
    metrics=("refusal_rate",),
    by=("weekday", "hour"),
    own=("weekday", "hour"),
    figure=figures.week_clock("refusal_rate"),
    finding=findings.highest(("weekday", "hour"), "refusal_rate"),
)
DAYS = Card(
    "calendar",
    Words(en="Which days stand out?", zh="哪些日子异常？"),
    metrics=("refusal_rate",),
    by=("day",),
    sets_period=True,
    figure=figures.calendar("refusal_rate"),
    finding=findings.highest(("day",), "refusal_rate"),
)


def cards(screen: Screen) -> tuple[Card, ...]:
    return (RATE, _split_rates(screen), VOLUME, HOURS, DAYS)


def render(screen: Screen) -> None:
    for card in cards(screen):
        show(card, screen, partial(_controls, screen) if card.id == SPLIT_RATES.id else None)


def _split_rates(screen: Screen) -> Card:
    """The split trend as the reader wants it drawn. Raises ValueError for what the controls do not offer."""
    split, shape = chosen("split", screen), chosen("shape", screen)
    if split not in SPLITS:
        raise ValueError(f"{split!r} is no way to split")
    drawn = figures.over_time("refusal_rate", split=split, shape=Shape(shape))
    return replace(SPLIT_RATES, by=(split,), own=(split,), figure=drawn)


def _controls(screen: Screen) -> None:
    with st.container(horizontal=True, gap="medium"):
        switch("split", SPLIT, {name: DIMENSIONS[name].words for name in SPLITS}, screen)
        switch("shape", SHAPE, SHAPES, screen)
