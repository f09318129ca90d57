"""A card: a question as its title, a chart, its definition, its table and its files, all from one frame."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import formats, history, occasions, reference, wording, words
from dashboard.charts import BEFORE
from dashboard.downloads import download_buttons
from dashboard.draw import draw
from dashboard.filters import Filters
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.tables import heading, show_table
from etl.catalogue.dimensions import DIMENSIONS, Scope
from etl.catalogue.metrics import MEASURES, METRICS, Unit
from etl.errors import InvalidValue
from etl.intervals import MINIMUM_N
from etl.query import Question, Selection
from etl.words import Words

Figure = Callable[[pd.DataFrame, Screen, Marks], go.Figure]

TABLE = Words(en="Table", zh="表格")
ABOUT = Words(en="Definition and n", zh="口径与样本量")
NO_DIMENSION = Words(
    en="This log does not carry: {names}. The chart needs it.", zh="本日志未包含：{names}，无法绘制此图。"
)
NO_SUCH_TIME = Words(
    en="The times of this log are too coarse for this chart. It needs: {names}.",
    zh="本日志的时间精度不足以绘制此图，所需：{names}。",
)
NO_REFUSAL = Words(
    en="{decided} decided under these filters, and no refusal of what was asked for.",
    zh="在此筛选条件下已决 {decided}，其中没有符合条件的拒绝。",
)
NOTHING_HERE = Words(en="No attempt in this period under these filters.", zh="在此时段与筛选条件下没有借款尝试。")
MARKED = Words(
    en="Click a mark to filter by it; click it again to release it.", zh="点击图中标记即可筛选，再次点击取消。"
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
GREY = Words(en="Grey: fewer than {n} decided, too few to judge.", zh="灰色：已决不足 {n}，样本过少。")


@dataclass(frozen=True)
class Card:
    """What is asked, how it is drawn and which filter a click changes. `by` may depend on the screen's time steps.

    `own` names the dimensions of the marks, in the order of a mark's custom data: their filters highlight
    instead of narrowing, so that no mark vanishes when another is chosen.
    """

    id: str
    question: Words
    metrics: tuple[str, ...]
    by: tuple[str, ...]
    figure: Figure
    own: tuple[str, ...] = ()
    has_time: bool = False
    has_intervals: bool = False
    has_before: bool = False
    names_events: bool = True
    note: Words | None = None
    needs: tuple[str, ...] = field(default=())

    def dimensions(self, screen: Screen) -> tuple[str, ...]:
        time = screen.filters.time_dimensions(screen.info) if self.has_time else ()
        return (*time, *self.by)

    def asked(self, screen: Screen) -> Question:
        return screen.question(self.metrics, self.dimensions(screen), without=self.own)


def show(card: Card, screen: Screen, controls: Callable[[], Card] | None = None) -> None:
    """The whole card, with `controls` of its own if it has any. What the log cannot answer is said in a sentence."""
    with st.container(border=True, key=f"card_{card.id}"):
        head = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"head_{card.id}")
        with head:
            _title(card, screen)
        missing = [name for name in (*card.by, *card.needs) if not screen.snapshot.has(name)]
        if missing:
            names = words.LISTED(screen.language).join(screen.words(DIMENSIONS[name].words) for name in missing)
            is_time = all(DIMENSIONS[name].is_time for name in missing)
            st.info(screen.words(NO_SUCH_TIME if is_time else NO_DIMENSION, names=names))
            return
        try:
            _show_answer(controls() if controls else card, screen, head)
        except InvalidValue as problem:
            st.info(str(problem))


def answer(card: Card, screen: Screen, question: Question) -> pd.DataFrame:
    """The card's frame: what is drawn, shown as a table and handed out."""
    frame = screen.ask_with_intervals(question) if card.has_intervals else screen.ask(question)
    if not card.has_before or screen.comparison is None:
        return frame
    before = screen.ask(replace(question, since=screen.comparison.since, until=screen.comparison.until))
    names = {name: f"{name}{BEFORE}" for name in before if name not in question.by}
    return frame.merge(before.rename(columns=names), on=list(question.by), how="left")


def _show_answer(card: Card, screen: Screen, head: DeltaGenerator) -> None:
    question = card.asked(screen)
    totals = screen.ask(screen.question(card.metrics, without=card.own))
    with head:
        _about(card, screen, totals)
    if is_empty(totals):
        explain_emptiness(card.id, screen)
        return
    frame = answer(card, screen, question)
    _draw(card, screen, frame)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"foot_{card.id}"):
        is_table = st.toggle(screen.words(TABLE), key=f"table_{card.id}")
        download_buttons(screen, card.id, question, frame)
    if is_table:
        show_table(frame, screen, f"rows_{card.id}")


def _draw(card: Card, screen: Screen, frame: pd.DataFrame) -> None:
    figure = card.figure(frame, screen, marks(screen))
    figure.update_layout(meta=[repr(screen.filters.selection(name)) for name in card.own])
    draw(figure, f"chart_{card.id}", screen.words(card.question), _on_click(card, screen))
    is_split = any(DIMENSIONS[name].scope is Scope.REFUSAL for name in card.by)
    if is_split and not screen.filters.attribution.adds_up:
        st.caption(screen.words(words.NOT_ADDING_UP))
    if card.has_time and card.names_events and screen.info.time_grain != "year":
        _events(card, screen)


def _events(card: Card, screen: Screen) -> None:
    """What the numbers above a time chart mean: in a line, or folded where there are many."""
    found = occasions.occasions(reference.events(screen.snapshot), marks(screen))
    if not found:
        return
    if len(found) <= MOST_EVENTS:
        st.caption(occasions.legend(found, marks(screen)))
        return
    with st.expander(screen.words(EVENTS, n=len(found)), key=f"events_{card.id}"):
        st.caption(occasions.legend(found, marks(screen)))


def _title(card: Card, screen: Screen) -> None:
    st.markdown(f"#### {screen.words(card.question)}", width="content")


def _about(card: Card, screen: Screen, totals: pd.DataFrame) -> None:
    with st.popover("", icon=":material/info:", type="tertiary", help=screen.words(ABOUT), key=f"about_{card.id}"):
        for name in card.metrics:
            st.markdown(f"**{screen.words(METRICS[name].words)}** — {screen.words(METRICS[name].definition)}")
            st.markdown(spelled(name, totals, screen))
        for note in _notes(card, screen):
            st.caption(note)


def _notes(card: Card, screen: Screen) -> list[str]:
    notes = [screen.words(card.note)] if card.note else []
    if card.has_intervals:
        notes.append(screen.words(INTERVAL))
    if any(METRICS[name].unit is Unit.RATE for name in card.metrics) and not card.has_time:
        notes.append(screen.words(GREY, n=MINIMUM_N))
    if card.has_before and screen.comparison:
        days = wording.days(screen.comparison, screen.filters, screen.snapshot)
        notes.append(screen.words(COMPARED, days=days))
    if card.own:
        notes.append(screen.words(MARKED))
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


def marks(screen: Screen) -> Marks:
    """How the charts of this screen speak, and what they highlight."""
    return Marks(
        language=screen.language,
        named=screen.label,
        is_chosen=screen.filters.selects,
        filtered=frozenset(name for name, _ in screen.filters.where),
        cause_of=reference.cause_of(screen.snapshot),
        since=screen.period.since,
        until=screen.period.until,
        as_of=screen.info.as_of,
        currency=screen.info.currency,
        adds_up=screen.filters.attribution.adds_up,
        is_dark=st.context.theme.type == "dark",
    )


def is_empty(totals: pd.DataFrame) -> bool:
    """Whether there is nothing to draw: every measure of the card is zero."""
    measures = [name for name in totals.columns if name in MEASURES]
    return not totals[measures].to_numpy().any()


def explain_emptiness(key: str, screen: Screen) -> None:
    """Why nothing is drawn, and the way out."""
    decided = screen.ask(screen.question(("refusal_rate",)))["decided"].iloc[0]
    text = screen.words(NO_REFUSAL, decided=formats.count(decided, screen.language))
    st.info(text if decided else screen.words(NOTHING_HERE))
    if screen.filters.where:
        st.button(screen.words(words.CLEAR), key=f"clear_{key}", on_click=lambda: history.change(Filters.cleared))


def _on_click(card: Card, screen: Screen) -> Callable[[tuple[Any, ...]], None] | None:
    if not card.own:
        return None

    def clicked(mark: tuple[Any, ...]) -> None:
        values = dict(zip(card.own, map(str, mark), strict=False))
        if all(value in screen.snapshot.known(name) for name, value in values.items()):
            screen.toggle_all(_to_change(values, screen.filters))

    return clicked


def _to_change(values: dict[str, str], filters: Filters) -> dict[str, str]:
    """A cell is chosen as a whole or released as a whole: only what is not so yet changes."""
    named = {name: value in (filters.selection(name) or Selection(())).values for name, value in values.items()}
    return values if all(named.values()) else {name: value for name, value in values.items() if not named[name]}
