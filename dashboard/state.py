"""What is kept between reruns on the server: open snapshots and answers, shared by all readers."""

from pathlib import Path

import pandas as pd
import streamlit as st

from etl import movers as moving
from etl import together as sets
from etl.contrast import against_the_rest
from etl.differences import differences
from etl.home import Home
from etl.intervals import ask_with_intervals
from etl.periods import Period
from etl.query import Question, ask
from etl.rows import Rows
from etl.snapshot import Snapshot, open_snapshot


def snapshot(home: Path) -> Snapshot:
    """The live snapshot. CURRENT is read at each rerun; a snapshot is opened once per id."""
    return _opened(home, Home(home).current_id())


@st.cache_resource(max_entries=4, show_spinner=False)
def _opened(home: Path, snapshot_id: str | None) -> Snapshot:
    return open_snapshot(home, snapshot_id)


def answer(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    return _answer(snapshot, question, snapshot.id, repr(question))


@st.cache_data(max_entries=1000, show_spinner=False)
def _answer(_snapshot: Snapshot, _question: Question, snapshot_id: str, question: str) -> pd.DataFrame:
    return ask(_snapshot, _question)


def answer_with_intervals(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    return _answer_with_intervals(snapshot, question, snapshot.id, repr(question))


@st.cache_data(max_entries=200, show_spinner=False)
def _answer_with_intervals(_snapshot: Snapshot, _question: Question, snapshot_id: str, question: str) -> pd.DataFrame:
    return ask_with_intervals(_snapshot, _question)


def rows(snapshot: Snapshot, question: Question) -> Rows:
    """Known by the path of the snapshot: beside a copy of it there may be no store."""
    return _rows(snapshot, question, str(snapshot.path), repr(question))


@st.cache_resource(max_entries=64, show_spinner=False)
def _rows(_snapshot: Snapshot, _question: Question, path: str, question: str) -> Rows:
    return Rows(_snapshot, _question)


def page_of(rows: Rows, first: int, most: int, *, is_newest_first: bool) -> pd.DataFrame:
    """A page of rows. One costs some hundred kilobytes, so few are kept."""
    return _page_of(rows, str(rows.snapshot.path), repr(rows.question), first, most, is_newest_first)


@st.cache_data(max_entries=16, show_spinner=False)
def _page_of(_rows: Rows, path: str, question: str, first: int, most: int, is_newest_first: bool) -> pd.DataFrame:
    return _rows.page(first, most, is_newest_first=is_newest_first)


def movers(snapshot: Snapshot, question: Question, before: Period) -> tuple[pd.DataFrame, int]:
    """What moved against the period before, and how many tests there were."""
    return _movers(snapshot, question, before, snapshot.id, repr(question))


@st.cache_data(max_entries=200, show_spinner=False)
def _movers(
    _snapshot: Snapshot, _question: Question, before: Period, snapshot_id: str, question: str
) -> tuple[pd.DataFrame, int]:
    return moving.movers(_snapshot, _question, before)


def changes(snapshot: Snapshot, question: Question, before: Period) -> pd.DataFrame:
    """How far each number of a question moved against the period before, with intervals."""
    return _changes(snapshot, question, before, snapshot.id, repr(question))


@st.cache_data(max_entries=200, show_spinner=False)
def _changes(_snapshot: Snapshot, _question: Question, before: Period, snapshot_id: str, question: str) -> pd.DataFrame:
    return differences(_snapshot, _question, before, answer)


def together(snapshot: Snapshot, question: Question, level: str) -> pd.DataFrame:
    return _sets("together", level, snapshot, question, snapshot.id, repr(question))


def alone(snapshot: Snapshot, question: Question, level: str) -> pd.DataFrame:
    return _sets("alone", level, snapshot, question, snapshot.id, repr(question))


@st.cache_data(max_entries=200, show_spinner=False)
def _sets(
    which: str, level: str, _snapshot: Snapshot, _question: Question, snapshot_id: str, question: str
) -> pd.DataFrame:
    counted = {"together": sets.together, "alone": sets.alone}[which]
    return counted(_snapshot, _question, level)


def contrast(snapshot: Snapshot, question: Question, dimension: str, value: str, level: str) -> pd.DataFrame:
    """One value against all others."""
    return _contrast(dimension, value, level, snapshot, question, snapshot.id, repr(question))


@st.cache_data(max_entries=200, show_spinner=False)
def _contrast(
    dimension: str, value: str, level: str, _snapshot: Snapshot, _question: Question, snapshot_id: str, question: str
) -> pd.DataFrame:
    return against_the_rest(_snapshot, _question, dimension, value, level)
