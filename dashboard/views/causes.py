"""Causes: from layer to cause to reason, over time, and who can do something about it."""

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import carried, figures, findings
from dashboard.advice import show_advice
from dashboard.answers import Card, answer
from dashboard.cards import show
from dashboard.charts import is_cut
from dashboard.screen import Screen
from dashboard.switches import all_switch, chosen, shows_all, switch
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
    figure=figures.ranked("cause", "refusal_share", is_pareto=True),
    finding=findings.leading("cause"),
    note=COUNTS,
)
REASONS = Card(
    "reasons",
    Words(en="Which reason codes stand behind them?", zh="背后是哪些拒因代码？"),
    metrics=("refusals", "refusal_share", "amount_refused"),
    by=("reason",),
    own=("reason",),
    top=14,
    figure=figures.ranked("reason", "refusals", top=14, is_pareto=True),
    finding=findings.leading("reason"),
)
OVER_TIME = Card(
    "cause_trend",
    Words(en="When did each cause refuse?", zh="各原因的拒绝随时间如何变化？"),
    metrics=("refusals",),
    by=("cause",),
    own=("cause",),
    has_time=True,
    figure=figures.side_by_side("refusals", split="cause"),
    finding=findings.over_time("refusals"),
    note=Words(
        en="One panel each: the causes with the most refusals, all on one scale, so that their heights compare; the "
        "last panel is all others together. Each on a scale of its own: “Which causes moved it?” in the view Time.",
        zh="分图：拒绝最多的原因，共用刻度，高度可比；最后一图为其余各项之和。各自刻度的分图见“时间”页“是哪些原因引起的变化？”。",
    ),
)
STACKED = figures.over_time("refusals", split="cause", shape=Shape.STACKED)
SHAPE = Words(en="Drawn as", zh="图形")
SHAPES = {Shape.PANELS: Words(en="One panel each", zh="分图"), Shape.STACKED: Words(en="Stacked", zh="堆叠")}
ALL_REASONS = replace(REASONS, figure=figures.ranked("reason", "refusals", top=80, is_pareto=True))
"""Where the reader wants all; more bars make a chart that is longer than two screens, and end in all others again."""
ALL = Words(en="All {n}, not the most frequent only", zh="显示全部 {n} 项")


def cards(screen: Screen) -> tuple[Card, ...]:
    return (LAYERS, CAUSES, _reasons(screen), *carried.cards(screen), _over_time(screen))


def render(screen: Screen) -> None:
    together, alone = carried.cards(screen)
    left, right = st.columns(2)
    with left:
        show(LAYERS, screen)
        show(CAUSES, screen)
        show(alone, screen)
    with right:
        show(_reasons(screen), screen, partial(_all, screen))
        show(together, screen)
    show(_over_time(screen), screen, lambda: switch("cause_shape", SHAPE, SHAPES, screen))
    show_advice(screen)


def _over_time(screen: Screen) -> Card:
    is_stacked = chosen("cause_shape", screen) == Shape.STACKED
    return replace(OVER_TIME, figure=STACKED) if is_stacked else OVER_TIME


def _reasons(screen: Screen) -> Card:
    return ALL_REASONS if shows_all(REASONS.id, screen) else REASONS


def _all(screen: Screen) -> None:
    """The way to all codes, where not all have a bar."""
    drawn = answer(_reasons(screen), screen).drawn
    if drawn and REASONS.top and is_cut(drawn.frame, REASONS.top):
        all_switch(REASONS.id, ALL, len(drawn.frame), screen)
