"""Causes: from layer to cause to reason, over time, and who can do something about it."""

import streamlit as st

from dashboard import carried, figures, findings
from dashboard.advice import show_advice
from dashboard.answers import Card
from dashboard.cards import show
from dashboard.screen import Screen
from dashboard.trends import Shape
from etl.words import Words

COUNTS = Words(en="In brackets after the percentage: the number of refusals.", zh="百分比后括号内的数字：拒绝次数。")
LAYERS = Card(
    "layers",
    Words(en="On whose side is the cause?", zh="原因在哪一层面？"),
    metrics=("refusals", "refusal_share", "refusal_rate"),
    by=("layer",),
    own=("layer",),
    has_before=True,
    figure=figures.ranked("layer", "refusal_share"),
    finding=findings.leading("layer"),
    note=COUNTS,
)
CAUSES = Card(
    "causes",
    Words(en="What share of the refusals does each cause have?", zh="各原因占全部拒绝的多少？"),
    metrics=("refusals", "refusal_share", "refusal_rate"),
    by=("cause",),
    own=("cause",),
    has_before=True,
    figure=figures.ranked("cause", "refusal_share"),
    finding=findings.leading("cause"),
    note=COUNTS,
)
REASONS = Card(
    "reasons",
    Words(en="Which reason codes stand behind them?", zh="背后是哪些拒因代码？"),
    metrics=("refusals", "refusal_share", "amount_refused"),
    by=("reason",),
    own=("reason",),
    figure=figures.ranked("reason", "refusals", top=14),
    finding=findings.leading("reason"),
)
OVER_TIME = Card(
    "cause_trend",
    Words(en="When did each cause refuse?", zh="各原因的拒绝随时间如何变化？"),
    metrics=("refusals",),
    by=("cause",),
    own=("cause",),
    has_time=True,
    figure=figures.over_time("refusals", split="cause", shape=Shape.STACKED),
    finding=findings.over_time("refusals"),
)


def cards(screen: Screen) -> tuple[Card, ...]:
    return (LAYERS, CAUSES, REASONS, *carried.cards(screen), OVER_TIME)


def render(screen: Screen) -> None:
    together, alone = carried.cards(screen)
    left, right = st.columns(2)
    with left:
        show(LAYERS, screen)
        show(CAUSES, screen)
        show(alone, screen)
    with right:
        show(REASONS, screen)
        show(together, screen)
    show(OVER_TIME, screen)
    show_advice(screen)
