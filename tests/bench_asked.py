"""What each view asks of a snapshot, caught at the doors of the query layer, and asked again with a clock."""

import math
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import streamlit as st
from bench_tables import timed

from dashboard import answers, kpis
from dashboard.filters import CUSTOM, FILTERABLE, Filters, opening
from dashboard.screen import Screen
from dashboard.shell import VIEWS
from etl.periods import ALL
from etl.query import ask, ask_sets
from etl.question import Question, Selection
from etl.rows import Rows
from etl.snapshot import Snapshot
from etl.words import Language

DOORS = (ask, ask_sets)
LEADING, ROWS = "overview", "rows"
"""The view that shows leading numbers beside its cards, and the one that has a table instead."""
PAGE = 100
SEVERAL = ("region", "channel", "os", "cause")
UNFILTERED = "no filter"
MILLISECONDS = 1000


@dataclass(frozen=True)
class Asked:
    """A question as a view asked it, the rollup that answers it, and how it is asked again."""

    question: Question
    rollup: str
    again: Callable[[], object]


@dataclass(frozen=True)
class Kind:
    """A kind of filter: its name and the filters of one reader."""

    name: str
    filters: Filters


@dataclass(frozen=True)
class Spread:
    """Milliseconds of work done again and again."""

    milliseconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """The nearest rank: of few times the longest."""
        ordered = sorted(self.milliseconds)
        return ordered[max(math.ceil(0.95 * len(ordered)) - 1, 0)]


def spread(work: Callable[[], object], times: int) -> Spread:
    return Spread(tuple(timed(work) * MILLISECONDS for _ in range(times)))


def pooled(spreads: Iterable[Spread]) -> Spread:
    return Spread(tuple(time for one in spreads for time in one.milliseconds))


def kinds(snapshot: Snapshot) -> list[Kind]:
    """No filter, a period of one's own, each of the sidebar's filters alone, several at once."""
    first = opening(snapshot.info, Language.EN)
    last = snapshot.info.last_day
    custom = replace(first, preset=CUSTOM, since=last - timedelta(days=90), until=last - timedelta(days=30))
    alone = [
        Kind(name, first.narrowed(name, Selection((value,))))
        for name in FILTERABLE
        if (value := _usual(snapshot, name))
    ]
    many = first
    for name in SEVERAL:
        many = many.narrowed(name, Selection((_usual(snapshot, name),)))
    return [Kind(UNFILTERED, first), Kind("period", custom), *alone, Kind("several", many)]


def over_the_year(kind: Kind) -> Kind:
    """The same filters over everything in the log."""
    return replace(kind, filters=replace(kind.filters, preset=ALL))


def _usual(snapshot: Snapshot, name: str) -> str:
    """A value that a reader would choose: the most frequent; nothing where there is no choice."""
    fixed = {"weekday": "1", "hour": "12", "cause": "policy", "reason": "U101", "layer": "platform"}
    values = snapshot.values(name)
    return fixed.get(name) or (values[0] if len(values) > 1 else "")


def asked_by(view: str, snapshot: Snapshot, filters: Filters) -> list[Asked]:
    """Everything that a view asks under these filters when no answer is remembered."""
    st.cache_data.clear()
    answers.forget()
    screen = Screen(snapshot, filters)
    if view == ROWS:
        return [_page(snapshot, screen.question((filters.counted,)))]
    with caught(snapshot) as found:
        answers.draw(VIEWS[view].cards(screen), screen)
        if view == LEADING:
            kpis.frame(screen)
    return found


def _page(snapshot: Snapshot, question: Question) -> Asked:
    """A page of rows, the newest first."""
    return Asked(question, _rollup(snapshot, question), lambda: Rows(snapshot, question).page(0, PAGE))


@contextmanager
def caught(snapshot: Snapshot) -> Iterator[list[Asked]]:
    """What is asked while this lasts, by whichever module holds a door."""
    found: list[Asked] = []
    held = [(module, door.__name__, door) for door in DOORS for module in _holders(door)]
    for module, name, door in held:
        setattr(module, name, partial(_noted, found, door))
    try:
        yield found
    finally:
        for module, name, door in held:
            setattr(module, name, door)


def _holders(door: Callable[..., object]) -> list[object]:
    rooms = [module for name, module in sys.modules.items() if name.startswith(("etl.", "dashboard."))]
    return [module for module in rooms if getattr(module, door.__name__, None) is door]


def _noted(
    found: list[Asked], door: Callable[..., object], snapshot: Snapshot, question: Question, *more: object
) -> object:
    plain = replace(question, by=()) if door is ask_sets else question
    found.append(Asked(question, _rollup(snapshot, plain), partial(door, snapshot, question, *more)))
    return door(snapshot, question, *more)


def _rollup(snapshot: Snapshot, question: Question) -> str:
    return snapshot.smallest_rollup(question.rollup_columns)


def ask_again(asked: list[Asked]) -> None:
    for one in asked:
        one.again()
