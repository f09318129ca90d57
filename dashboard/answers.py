"""Cards answered: their frames, and their figures on the board, before anything of the view is on the page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial

import pandas as pd

from dashboard import clicks, reference, ways, words
from dashboard.board import Chart, OnBrush, OnClick, OnMenu
from dashboard.charts import BEFORE, OTHERS
from dashboard.filters import Filters
from dashboard.findings import Finding
from dashboard.marks import Marks
from dashboard.problems import said
from dashboard.screen import Screen
from dashboard.sketch import Sketch
from dashboard.switches import WHOLE
from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.metrics import MEASURES
from etl.errors import InvalidValue
from etl.query import Question
from etl.words import Words

Figure = Callable[[pd.DataFrame, Screen, Marks], Sketch]

MOST_KEPT = 64
"""Filters whose answers are remembered: a view has some hundred kilobytes of them."""
SAVE = Words(en="Save the chart as", zh="将此图保存为")
NO_DIMENSION = Words(
    en="This log does not carry: {names}. The chart needs it.", zh="本日志未包含：{names}，无法绘制此图。"
)
NO_SUCH_TIME = Words(
    en="The times of this log are too coarse for this chart. It needs: {names}.",
    zh="本日志的时间精度不足以绘制此图，所需：{names}。",
)


@dataclass(frozen=True)
class Card:
    """What is asked, how it is drawn and which filter a click changes. `by` may depend on the screen's time steps.

    `own` names the dimensions of the marks, in the order of a mark's custom data: their filters highlight
    instead of narrowing, so that no mark vanishes when another is chosen. With `sets_period` a click shows only
    the days of a mark: the last two of its custom data.
    """

    id: str
    question: Words
    metrics: tuple[str, ...]
    by: tuple[str, ...]
    figure: Figure | None = None
    own: tuple[str, ...] = ()
    has_time: bool = False
    has_intervals: bool = False
    has_before: bool = False
    names_events: bool = True
    note: Words | None = None
    sets_period: bool = False
    top: int | None = None
    """How many marks there are beside the one of all others, a click on which shows all."""
    finding: Finding | None = None
    answered: "Callable[[Card, Screen], Answer] | None" = None
    """For a card that is no plain question: how it finds its answer, its figure included."""

    def dimensions(self, screen: Screen) -> tuple[str, ...]:
        time = screen.filters.time_dimensions(screen.info) if self.has_time else ()
        return (*time, *self.by)

    def asked(self, screen: Screen) -> Question:
        return screen.question(self.metrics, self.dimensions(screen), without=self.own)


@dataclass(frozen=True)
class Drawn:
    """What was asked, the frame that is the answer, and its figure."""

    question: Question
    frame: pd.DataFrame
    figure: Sketch
    columns: Mapping[str, str] = field(default_factory=dict)
    """What the columns hold that are no metric's."""


@dataclass(frozen=True)
class Answer:
    """What a card shows: `totals` over all its marks, and what is drawn, None where all of it is zero.

    Or `said`: why the log cannot answer.
    """

    card: Card
    said: str = ""
    totals: pd.DataFrame | None = None
    drawn: Drawn | None = None


def draw(cards: Iterable[Card], screen: Screen) -> None:
    """The charts of a view onto the board."""
    for card in cards:
        if made := chart(card, screen):
            screen.board.add(card.id, made)


def chart(card: Card, screen: Screen) -> Chart | None:
    """The card's chart, with what gestures on it do; None where there is nothing to draw."""
    drawn = answer(card, screen).drawn
    if drawn is None:
        return None
    return Chart(
        drawn.figure,
        alt=screen.words(card.question),
        file=f"{card.id}_{screen.period.since}_{screen.period.until}",
        save=screen.words(SAVE),
        menu=ways.menu(card.own, screen.filters, framed=card.sets_period),
        on_click=on_click(card, screen),
        on_menu=on_menu(card, screen),
        on_brush=on_brush(card, screen),
    )


def answer(card: Card, screen: Screen) -> Answer:
    """The card's answer, found once a run."""
    if card.id not in screen.answers:
        screen.answers[card.id] = _remembered(card, screen)
    given: Answer = screen.answers[card.id]
    return given


def _remembered(card: Card, screen: Screen) -> Answer:
    """The same answer for whoever asks the same: first the browser, ahead of the page, then the page."""
    known = _known(screen.snapshot.id, screen.filters, screen.is_dark)
    if card not in known:
        known[card] = _answer(card, screen)
    return known[card]


@lru_cache(maxsize=MOST_KEPT)
def _known(snapshot_id: str, filters: Filters, is_dark: bool) -> dict[Card, Answer]:
    """What was answered so far under these filters."""
    return {}


def forget() -> None:
    """Let go of every answer: whoever asks next asks the snapshot."""
    _known.cache_clear()


def _answer(card: Card, screen: Screen) -> Answer:
    missing = [name for name in card.by if not screen.snapshot.has(name)]
    if missing:
        names = words.LISTED(screen.language).join(screen.words(DIMENSIONS[name].words) for name in missing)
        is_time = all(DIMENSIONS[name].is_time for name in missing)
        return Answer(card, screen.words(NO_SUCH_TIME if is_time else NO_DIMENSION, names=names))
    try:
        return (card.answered or _asked)(card, screen)
    except InvalidValue as problem:
        return Answer(card, said(problem, screen.language))


def _asked(card: Card, screen: Screen) -> Answer:
    question = card.asked(screen)
    totals = screen.ask(screen.question(card.metrics, without=card.own))
    if is_empty(totals):
        return Answer(card, totals=totals)
    frame = _frame(card, screen, question)
    if frame.empty:
        return Answer(card, totals=totals)
    return Answer(card, "", totals, Drawn(question, frame, card.figure(frame, screen, marks(screen))))


def _frame(card: Card, screen: Screen, question: Question) -> pd.DataFrame:
    """What is drawn, shown as a table and handed out."""
    frame = screen.ask_with_intervals(question) if card.has_intervals else screen.ask(question)
    if not card.has_before or screen.comparison is None:
        return frame
    before = screen.ask(replace(question, since=screen.comparison.since, until=screen.comparison.until))
    return beside(frame, before, list(question.by))


def beside(frame: pd.DataFrame, before: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Each row with the numbers it had before. What is only here or only there has counts of zero on the other side."""
    names = {name: f"{name}{BEFORE}" for name in before if name not in by}
    both = frame.merge(before.rename(columns=names), on=by, how="outer", sort=False)
    counts = [name for name in both if name.removesuffix(BEFORE) in MEASURES]
    return both.fillna(dict.fromkeys(counts, 0))


def marks(screen: Screen) -> Marks:
    """How the charts of this screen speak, and what they highlight."""
    return Marks(
        language=screen.language,
        named=screen.label,
        is_chosen=screen.filters.selects,
        filtered=frozenset(name for name, _ in screen.filters.where),
        cause_of=reference.cause_of(screen.snapshot),
        since=max(screen.period.since, screen.info.first_day),
        until=screen.period.until,
        as_of=screen.info.as_of,
        time_grain=screen.info.time_grain,
        currency=screen.info.currency,
        adds_up=screen.filters.attribution.adds_up,
        is_dark=screen.is_dark,
    )


def is_empty(totals: pd.DataFrame) -> bool:
    """Whether there is nothing to draw: every measure of the card is zero."""
    measures = [name for name in totals.columns if name in MEASURES]
    return not totals[measures].to_numpy().any()


def on_click(card: Card, screen: Screen) -> OnClick | None:
    if card.sets_period:
        return lambda mark: clicks.on_days(screen.snapshot, screen.kept, *map(date.fromisoformat, mark[-2:]))
    if card.own:
        return lambda mark: _on_mark(card, screen, mark)
    return None


def _on_mark(card: Card, screen: Screen, mark: tuple[str, ...]) -> clicks.Change:
    if card.top and mark[0] == OTHERS:
        return clicks.on_others(screen.kept, f"{WHOLE}{card.id}")
    return clicks.on_values(screen.snapshot, dict(zip(card.own, mark, strict=False)))


def on_menu(card: Card, screen: Screen) -> OnMenu | None:
    return partial(ways.on_menu, screen.snapshot, card.own) if card.own and not card.sets_period else None


def on_brush(card: Card, screen: Screen) -> OnBrush | None:
    return partial(clicks.on_days, screen.snapshot, screen.kept) if card.has_time else None
