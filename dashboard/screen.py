"""What a view is handed: the snapshot, the filters, and the ways to ask and to filter. No drawing here."""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pandas as pd

from dashboard import state
from dashboard.board import Board
from dashboard.filters import Filters
from etl.periods import Period
from etl.query import Question
from etl.snapshot import Snapshot, SnapshotInfo
from etl.words import Language, Words

Link: TypeAlias = Callable[[str, Filters], None]
"""Puts a link with this text on the page, to a view under these filters."""


@dataclass(frozen=True)
class Screen:
    snapshot: Snapshot
    filters: Filters
    board: Board = field(default_factory=Board)
    answers: dict[str, Any] = field(default_factory=dict)
    """What its cards show, by the card."""
    kept: MutableMapping[Any, Any] = field(default_factory=dict)
    """What the reader chose beside the filters, from run to run."""
    is_dark: bool = False
    links: dict[str, Link] = field(default_factory=dict)
    """The ways to other views, under other filters than the reader's."""

    @property
    def language(self) -> Language:
        return self.filters.language

    @property
    def info(self) -> SnapshotInfo:
        return self.snapshot.info

    @property
    def period(self) -> Period:
        return self.filters.period(self.info)

    @property
    def comparison(self) -> Period | None:
        return self.filters.comparison(self.info)

    def words(self, words: Words, **values: Any) -> str:
        return words(self.language, **values)

    def label(self, dimension: str, value: str) -> str:
        return self.snapshot.label(dimension, value, self.language)

    def question(self, metrics: Iterable[str], by: Iterable[str] = (), **extra: Any) -> Question:
        """As `Filters.question`: `without=` leaves filters out, `period=` asks for other days."""
        return self.filters.question(self.info, metrics, by, **extra)

    def ask(self, question: Question) -> pd.DataFrame:
        """The answer, remembered by snapshot and question."""
        return state.answer(self.snapshot, question)

    def ask_with_intervals(self, question: Question) -> pd.DataFrame:
        """As `ask`, with the ends of every rate's interval."""
        return state.answer_with_intervals(self.snapshot, question)

    def let_go(self) -> None:
        """The page is there: what it shows is remembered for whoever asks again, not by each session for itself."""
        self.answers.clear()
        self.board.charts.clear()
