"""Regions: where refusals are frequent, how sure that is, and which cause where."""

import streamlit as st

from dashboard import figures, findings, maps, profiles
from dashboard.answers import Card
from dashboard.cards import show
from dashboard.screen import Screen
from etl.words import Words

TILES = Card(
    "region_tiles",
    Words(en="Where is the refusal rate high?", zh="哪些地区的拒绝率高？"),
    metrics=("refusal_rate",),
    by=("region",),
    own=("region",),
    figure=figures.tiled("refusal_rate"),
    finding=findings.extremes("region", "refusal_rate"),
)
MACRO_REGIONS = Card(
    "macro_regions",
    Words(en="Which part of the country?", zh="集中在哪些大区？"),
    metrics=("refusal_rate",),
    by=("macro_region",),
    own=("macro_region",),
    has_intervals=True,
    figure=figures.ranking("macro_region", "refusal_rate"),
    finding=findings.extremes("macro_region", "refusal_rate"),
)
RANKING = Card(
    "ranking",
    Words(en="Which regions stand out, and how sure is that?", zh="哪些地区突出，把握有多大？"),
    metrics=("refusal_rate",),
    by=("region",),
    own=("region",),
    has_intervals=True,
    figure=figures.ranking("region", "refusal_rate"),
)
MATRIX = Card(
    "matrix",
    Words(en="Which cause refuses where?", zh="哪个原因在哪里造成拒绝？"),
    metrics=("refusal_rate",),
    by=("region", "cause"),
    own=("region", "cause"),
    figure=figures.crossed("region", "cause", "refusal_rate"),
    finding=findings.highest(("cause", "region"), "refusal_rate"),
    note=Words(
        en="Each cell, in %: refusals of the cause ÷ all decided attempts of the region. "
        "Each column has its own scale: the deepest colour is the highest rate of that cause.",
        zh="每格（%）：该原因的拒绝 ÷ 该地区全部已决尝试。各列单独着色：颜色最深处为该原因拒绝率最高的地区。",
    ),
)


def cards(screen: Screen) -> tuple[Card, ...]:
    return (maps.with_own_map(TILES, screen, "refusal_rate"), MACRO_REGIONS, RANKING, profiles.card(screen), MATRIX)


def render(screen: Screen) -> None:
    left, right = st.columns(2)
    if why := maps.complaint(screen):
        st.warning(why, icon=":material/map:")
    with left:
        show(maps.with_own_map(TILES, screen, "refusal_rate"), screen)
        show(MACRO_REGIONS, screen)
    with right:
        show(RANKING, screen)
    show(profiles.card(screen), screen)
    show(MATRIX, screen)
