"""One published snapshot, opened read-only: what it holds, what its values are called, a door for questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from etl.catalogue.dimensions import DIMENSIONS, TIME_BUCKETS, Scope
from etl.duck import model
from etl.errors import DamagedSnapshot, InvalidValue, NoSnapshot, UnknownName
from etl.home import Home
from etl.reconciliation import Reconciliation
from etl.words import Language, Words

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "unknown"
EVERYWHERE = ""
"""As a region: all of them together."""
CATALOGUED = ("macro_region", "region", "layer", "cause", "reason", "hour", "weekday")
"""Dimensions with a list of values that holds for every log."""
_UNNAMED = {UNKNOWN: Words(en="Unknown", zh="未知"), EVERYWHERE: Words(en="Everywhere", zh="全部地区")}
DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException)
"""What DuckDB calls a damaged file; a checksum that does not match has no class of its own."""


@dataclass(frozen=True)
class SnapshotInfo:
    """What is true of the snapshot as a whole. Days and `as_of` are in the business zone, or the log's own labels."""

    id: str
    published_at: datetime
    as_of: datetime
    first_day: date
    last_day: date
    time_grain: str
    business_zone: str
    is_synthetic: bool
    fraction_units: int
    currencies: tuple[str, ...]
    is_of_china: bool = True
    """Whether no region that the log names lies elsewhere."""

    @property
    def currency(self) -> str | None:
        """The currency of all amounts, None where there are several or the log names none."""
        return self.currencies[0] if len(self.currencies) == 1 and self.currencies[0] != UNKNOWN else None


class Snapshot:
    """A read-only DuckDB file of sums. Safe to share between threads: every question gets its own cursor."""

    def __init__(self, path: Path) -> None:
        """Raises `DamagedSnapshot` where the file is missing, corrupt or no snapshot."""
        self.path = path
        try:
            self._connection = _connect(path)
            self.facts: dict[str, str] = dict(self._read("facts"))
            self.info = replace(_info(self.facts), is_of_china=self._is_of_china())
        except (duckdb.Error, KeyError, ValueError) as problem:
            raise DamagedSnapshot(f"{path} cannot be read ({str(problem).splitlines()[0]})") from problem

    def _is_of_china(self) -> bool:
        return all(region.startswith("CN-") for region in self.values("region") if region != UNKNOWN)

    @property
    def id(self) -> str:
        return self.info.id

    def frame(self, sql: str, values: list[Any] | None = None) -> pd.DataFrame:
        with self._reading() as cursor:
            return cursor.execute(sql, values or []).df()

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor; what DuckDB finds damaged after the opening is said like what it finds at the opening."""
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except (duckdb.CatalogException, duckdb.BinderException) as problem:
            raise self._damaged("is of another version, a table or column is missing") from problem
        except duckdb.Error as problem:
            if not isinstance(problem, DAMAGE) and type(problem) is not duckdb.Error:
                raise
            raise self._damaged(f"cannot be read ({str(problem).splitlines()[0]})", " --from-scratch") from problem

    def _damaged(self, what: str, how: str = "") -> DamagedSnapshot:
        return DamagedSnapshot(f"{self.path} {what}; run: python -m etl build{how} --home {self.path.parent.parent}")

    def _table(self, name: str) -> pd.DataFrame:
        return self.frame(model("reading", name))

    def _read(self, name: str) -> list[tuple[Any, ...]]:
        with self._reading() as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(model("reading", name)).fetchall()
            return found

    @cached_property
    def rollups(self) -> list[tuple[str, frozenset[str], int]]:
        """Name, columns and rows of every rollup, the smallest first."""
        found = self._read("rollups")
        return [(name, frozenset(columns), rows) for name, columns, rows in found]

    def smallest_rollup(self, needed: set[str]) -> str:
        """The rollup with the fewest rows that has all the columns needed."""
        return next(name for name, columns, _ in self.rollups if needed <= columns)

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        found = self._read("values")
        return dict(found)

    def values(self, dimension: str) -> list[str]:
        """The values that occur, the most frequent first; `unknown` stands for missing."""
        return self._values.get(dimension, [])

    def has(self, dimension: str) -> bool:
        """Whether the log carries the dimension at all: something besides `unknown`, and time as fine as that."""
        if dimension in {"hour", "weekday", *TIME_BUCKETS}:
            return dimension in _time_dimensions(self.info.time_grain)
        if DIMENSIONS[dimension].scope is Scope.REFUSAL or dimension == "outcome":
            return True
        return any(value != UNKNOWN for value in self.values(dimension))

    @cached_property
    def dimensions(self) -> list[str]:
        """The dimensions that this log carries, in the catalogue's order."""
        return [name for name in DIMENSIONS if self.has(name)]

    def known(self, dimension: str) -> frozenset[str]:
        """The values that a filter may name: those that occur, and regions and reasons that the catalogue knows."""
        catalogued = self._labels.get(dimension, {}).keys() if dimension in CATALOGUED else ()
        return frozenset(self.values(dimension)).union(catalogued)

    def check_value(self, dimension: str, value: str) -> None:
        """Raises `UnknownName`, or for time `InvalidValue`, where a filter cannot name `value`."""
        if not DIMENSIONS[dimension].is_time:
            if value not in self.known(dimension):
                raise UnknownName(dimension, value, self.known(dimension))
            return
        try:
            self.typed(dimension, value)
        except ValueError as problem:
            form = "a day as 2026-01-31" if dimension in TIME_BUCKETS else "a whole number"
            raise InvalidValue(f"{dimension} {value!r}: write {form}") from problem

    @cached_property
    def _labels(self) -> dict[str, dict[str, Words]]:
        labels: dict[str, dict[str, Words]] = {}
        for dimension, value, en, zh in self._read("labels"):
            labels.setdefault(dimension, {})[value] = Words(en=en, zh=zh)
        return labels

    def labels(self, dimension: str) -> dict[str, Words]:
        return self._labels.get(dimension, {})

    def label(self, dimension: str, value: str, language: Language | str) -> str:
        """What a value is called in a language; a value that nobody named is called by itself."""
        words = self._labels.get(dimension, {}).get(value)
        if words is None:
            words = _UNNAMED.get(value) or Words(en=value, zh=value)
        return words(language)

    def typed(self, dimension: str, value: str) -> Any:
        """A filter's text as the type of its column."""
        if dimension in TIME_BUCKETS:
            return date.fromisoformat(value)
        return int(value) if dimension in {"hour", "weekday"} else value

    def within(self, since: date | None, until: date | None) -> tuple[date, date]:
        """The period with open ends closed by the log's own days, widened to the log's grain."""
        first = _floor(since, self.info.time_grain) if since else self.info.first_day
        return first, until or self.info.last_day

    def reasons(self) -> pd.DataFrame:
        """Every reason known or seen: reason, cause, layer, is_seen, words, who acts, advice."""
        return self._table("reasons")

    def events(self) -> pd.DataFrame:
        """The lender's own calendar: event_id, start_at, last_at, kind, region, en, zh."""
        return self._table("events")

    def occasions(self) -> pd.DataFrame:
        """What charts over time mark, events and other code lists: start_at, last_at, region, en, zh, is_break."""
        return self._table("occasions")

    def scheme_versions(self) -> pd.DataFrame:
        """Since when which code list holds: scheme, scheme_version, first_day, attempts, is_break, en, zh."""
        return self._table("scheme_versions")

    def reconciliation(self) -> Reconciliation:
        """The row counts of all loads, summed."""
        loads = self._read("load_totals")[0]
        outcomes = dict(self._read("outcome_totals"))
        counts = {
            name: int(outcomes.get(name, 0)) for name in ("approved", "refused", "withdrawn", "pending", "excluded")
        }
        read, restated, duplicates, quarantined = (int(value or 0) for value in loads)
        return Reconciliation(read, sum(counts.values()), restated, duplicates, quarantined, **counts)

    def loads(self) -> pd.DataFrame:
        """One row per load: load_id, loaded_at, profile, files, rows_read and what became of the rows."""
        return self._table("loads")

    def quarantine(self) -> pd.DataFrame:
        """How often each rule of the contract was broken: rule, severity, rows, en, zh."""
        return self._table("quarantine_rules")

    def quarantine_parts(self) -> list[Path]:
        """The files of the store that hold the rows kept out."""
        return [self.path.parent.parent / path for (path,) in self._read("quarantine_parts")]

    def unmapped(self) -> pd.DataFrame:
        """Codes that no catalogue knows: reason, refusals that list it."""
        return self._table("unmapped")

    def missing(self) -> pd.DataFrame:
        """How many rows miss each dimension: dimension, missing, rows."""
        return self._table("missing")


def open_snapshot(home: Path, snapshot_id: str | None = None) -> Snapshot:
    """The snapshot of this id, or the one that CURRENT points to.

    Raises `NoSnapshot` or `DamagedSnapshot` with the command that mends it.
    """
    folder = Home(home)
    current = snapshot_id or folder.current_id()
    if current is None:
        own, demo = (f"python -m etl {verb} --home {home}" for verb in ("load PATH", "demo"))
        raise NoSnapshot(f"no snapshot in {home}; run: {own}, or for an invented log: {demo}")
    path = folder.snapshot_path(current)
    mend = f"run: python -m etl build --home {home}"
    if not path.exists():
        raise DamagedSnapshot(f"{folder.current} names {path.name}, which is missing; {mend}")
    try:
        return Snapshot(path)
    except DamagedSnapshot as problem:
        raise DamagedSnapshot(f"{problem}; {mend}") from problem


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    locked: dict[str, Any] = {"enable_external_access": "false", "lock_configuration": "true"}
    return duckdb.connect(str(path), read_only=True, config=locked)


def _info(stored: dict[str, str]) -> SnapshotInfo:
    return SnapshotInfo(
        id=stored["id"],
        published_at=datetime.fromisoformat(stored["published_at"]),
        as_of=datetime.fromisoformat(stored["as_of"]),
        first_day=date.fromisoformat(stored["first_day"]),
        last_day=date.fromisoformat(stored["last_day"]),
        time_grain=stored["time_grain"],
        business_zone=stored["business_zone"],
        is_synthetic=json.loads(stored["is_synthetic"]),
        fraction_units=int(stored["fraction_units"]),
        currencies=tuple(name for name in stored["currencies"].split("|") if name),
    )


def _time_dimensions(grain: str) -> tuple[str, ...]:
    if grain == "instant":
        return ("hour", "weekday", *TIME_BUCKETS)
    return {"day": ("weekday", *TIME_BUCKETS), "month": TIME_BUCKETS[2:], "year": TIME_BUCKETS[4:]}[grain]


def _floor(day: date, grain: str) -> date:
    """The first day of the log's own bucket around `day`: a year-only log keeps 2014 under `since 2014-06-01`."""
    if grain == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if grain == "month" else day
