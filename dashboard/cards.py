"""A card: a question as its title, a chart, its definition, its table and its files, all from one frame."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, history, legends, occasions, reference, wording, words
from dashboard.answers import Card, Drawn, answer, marks
from dashboard.charts import is_few
from dashboard.downloads import download_buttons
from dashboard.filters import Filters
from dashboard.screen import Screen
from dashboard.tables import heading, show_table
from etl.catalogue.dimensions import DIMENSIONS, Scope
from etl.catalogue.metrics import MEASURES, METRICS, Unit
from etl.rows import behind
from etl.words import Words

TABLE = Words(en="Table", zh="表格")
ABOUT = Words(en="Definition and n", zh="口径与样本量")
NO_REFUSAL = Words(
    en="{decided} decided under these filters, and no refusal of what was asked for.",
    zh="在此筛选条件下已决 {decided}，其中没有符合条件的拒绝。",
)
NOTHING_HERE = Words(en="No attempt in this period under these filters.", zh="在此时段与筛选条件下没有借款尝试。")
MARKED = Words(
    en="Click a mark to filter by it; click it again to release it. A right-click, or a finger that rests,"
    " offers “only this” and “all except this”."
    " By keyboard: arrow keys move in the chart, Enter filters, Shift+Enter opens the menu.",
    zh="点击图中标记即可筛选，再次点击取消。右键单击或长按可选“仅看此项”或“除此之外”。"
    "键盘：方向键在图中移动，回车键筛选，⇧+回车打开菜单。",
)
EVENTS = Words(en="The {n} events marked in the chart", zh="图中标注的 {n} 个事件")
MOST_EVENTS = 5
"""Events that are named in a line below the chart; more are folded away."""
DIVIDED = Words(en="{numerator} {above} ÷ {denominator} {below}", zh="{above} {numerator} ÷ {below} {denominator}")
COMPARED = Words(
    en="The upright line on each bar: the period compared with, {days}.", zh="每条上的竖线：对比时段（{days}）。"
)
INTERVAL = Words(
    en="Whiskers or band: 95 % Wilson interval on n ÷ φ, φ being how much the daily counts scatter beyond chance.",
    zh="须线或色带：95% Wilson 区间，样本量按日计数的过度离散系数 φ 折减。",
)
GREY = Words(en="Grey, or framed with dots: {few}.", zh="灰色或点线框：{few}。")
BRUSH = Words(
    en="Drag across the chart to see only the days under the pointer.", zh="在图上横向拖动，可只看划过的时段。"
)
TO_DAYS = Words(
    en="Click a mark to see only its days; click it again to go back.", zh="点击图中标记可只看该时段，再次点击返回。"
)


def show(card: Card, screen: Screen, controls: Callable[[], None] | None = None) -> None:
    """The whole card, with `controls` of its own if it has any. What the log cannot answer is said in a sentence."""
    given = answer(card, screen)
    with st.container(border=True, key=f"card_{card.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"head_{card.id}"):
            _title(card, screen)
            if given.totals is not None:
                _about(card, screen, given.totals)
        if given.said:
            (st.markdown if card.answered else st.info)(given.said)
            return
        if controls:
            controls()
        if given.drawn is None:
            explain_emptiness(card.id, screen)
        else:
            _show_drawn(card, given.drawn, screen)


def _show_drawn(card: Card, drawn: Drawn, screen: Screen) -> None:
    _draw(card, drawn, screen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"foot_{card.id}"):
        is_table = st.toggle(screen.words(TABLE), key=f"table_{card.id}")
        download_buttons(screen, card.id, drawn, has_before=card.has_before)
        rows_link(screen, card.metrics[0])
    if is_table:
        show_table(drawn.frame, screen, f"rows_{card.id}")


def rows_link(screen: Screen, metric: str) -> None:
    """The way to the attempts behind a number."""
    if to_rows := screen.links.get("rows"):
        to_rows(screen.words(words.VIEWS["rows"][0]), replace(screen.filters, counted=behind(metric)))


def _draw(card: Card, drawn: Drawn, screen: Screen) -> None:
    if card.finding and (said := card.finding(drawn.frame, marks(screen))):
        st.markdown(said)
    screen.board.place(card.id)
    if text := legends.legend(drawn.figure, card.id):
        st.html(text)
    rate = _first_rate(card)
    if rate and rate == card.metrics[0] and _greys(card) and _has_few(drawn.frame, rate):
        st.caption(screen.words(GREY, few=marks(screen).few(rate)))
    is_split = any(DIMENSIONS[name].scope is Scope.REFUSAL for name in card.by)
    if is_split and not screen.filters.attribution.adds_up:
        st.caption(screen.words(words.NOT_ADDING_UP))
    if card.has_time and card.names_events:
        _events(card, screen)


def _first_rate(card: Card) -> str | None:
    return next((name for name in card.metrics if METRICS[name].unit is Unit.RATE), None)


def _greys(card: Card) -> bool:
    """Whether marks that stand on too few cases look different."""
    return not card.has_time and card.answered is None


def _has_few(frame: pd.DataFrame, metric: str) -> bool:
    return bool((is_few(frame, metric) & frame[metric].notna()).any())


def _events(card: Card, screen: Screen) -> None:
    """What the numbers above a time chart mean: in a line, or folded where there are many."""
    grain = card.dimensions(screen)[0]
    found = occasions.occasions(reference.occasions(screen.snapshot), marks(screen), grain)
    if not found:
        return
    if len(found) <= MOST_EVENTS:
        st.caption(occasions.legend(found, marks(screen)))
        return
    with st.expander(screen.words(EVENTS, n=len(found)), key=f"events_{card.id}"):
        st.caption(occasions.legend(found, marks(screen)))


def _title(card: Card, screen: Screen) -> None:
    st.markdown(f"## {screen.words(card.question)}", width="content")


def _about(card: Card, screen: Screen, totals: pd.DataFrame) -> None:
    """The definition and n, in two elements: each costs every click on a chart a little."""
    lines = []
    for name in card.metrics:
        lines.append(f"**{screen.words(METRICS[name].words)}** — {screen.words(METRICS[name].definition)}")
        lines.append(spelled(name, totals, screen))
    with st.popover("", icon=":material/info:", type="tertiary", help=screen.words(ABOUT), key=f"about_{card.id}"):
        st.markdown("\n\n".join(lines))
        if notes := _notes(card, screen):
            st.caption("\n\n".join(notes))


def _notes(card: Card, screen: Screen) -> list[str]:
    notes = [screen.words(card.note)] if card.note else []
    if card.has_intervals:
        notes.append(screen.words(INTERVAL))
    if (rate := _first_rate(card)) and _greys(card):
        notes.append(screen.words(GREY, few=marks(screen).few(rate)))
    if card.has_before and screen.comparison and card.answered is None:
        days = wording.days(screen.comparison, screen.filters, screen.snapshot)
        notes.append(screen.words(COMPARED, days=days))
    if card.own:
        notes.append(screen.words(MARKED))
    if card.sets_period:
        notes.append(screen.words(TO_DAYS))
    if card.has_time:
        notes.append(screen.words(BRUSH))
    return notes


def spelled(metric: str, totals: pd.DataFrame, screen: Screen) -> str:
    """The whole number in words: `28,350 refusals ÷ 98,870 decided`."""
    asked = METRICS[metric]
    texts = [shown(measure, totals[measure].iloc[0], screen) for measure in asked.measures]
    if asked.denominator is None:
        return f"n = {texts[0]}"
    above, below = (heading(measure, screen) for measure in asked.measures)
    if screen.language.value == "en":
        above, below = above.lower(), below.lower()
    return screen.words(DIVIDED, numerator=texts[0], above=above, denominator=texts[1], below=below)


def shown(name: str, value: Any, screen: Screen) -> str:
    """A number of a frame as text, by the unit of its metric or measure."""
    unit = METRICS[name].unit if name in METRICS else MEASURES[name].unit
    if unit is Unit.RATE:
        return formats.percent(value, screen.language)
    if unit is Unit.MONEY:
        return formats.money(value, screen.info.currency, screen.language)
    return formats.count(value, screen.language)


def explain_emptiness(key: str, screen: Screen) -> None:
    """Why nothing is drawn, and the way out."""
    decided = screen.ask(screen.question(("refusal_rate",)))["decided"].iloc[0]
    text = screen.words(NO_REFUSAL, decided=formats.count(decided, screen.language))
    st.info(text if decided else screen.words(NOTHING_HERE))
    if screen.filters.where:
        st.button(screen.words(words.CLEAR), key=f"clear_{key}", on_click=lambda: history.change(Filters.cleared))
