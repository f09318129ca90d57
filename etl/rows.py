"""The attempts behind a number, read from the store: only parts that the snapshot lists, only days that have some.

How many each day has is asked of the rollups, so a page costs what its own days cost, however long the log is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from etl import duck
from etl.catalogue.dimensions import Scope
from etl.catalogue.metrics import MEASURES, METRICS, Measure, Unit
from etl.catalogue.metrics import metric as metric_called
from etl.conditions import Conditions
from etl.contract import COLUMNS as STORED
from etl.errors import DamagedSnapshot, InvalidValue
from etl.home import Home
from etl.manifest import ATTEMPTS, Part, check_contents, check_sizes
from etl.masks import mask_key
from etl.phrases import listed
from etl.query import check
from etl.question import Question
from etl.row_columns import RowColumn, carried
from etl.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

COUNTED = tuple(name for name, metric in METRICS.items() if metric.unit is Unit.COUNT)
"""The numbers whose rows can be shown."""
BATCH = 10_000
SHAPE = ", ".join(f"{column.name} {column.type}" for column in STORED) + (
    ", day date, hour tinyint, source_file varchar, source_row bigint"
)


def behind(metric: str) -> str:
    """Which of `COUNTED` the rows behind a metric are: those of its numerator, else all. Raises `UnknownName`."""
    counted = MEASURES[metric_called(metric).numerator]
    alike = [name for name in COUNTED if MEASURES[name].outcomes == counted.outcomes]
    return next((name for name in alike if MEASURES[name].scope is counted.scope), alike[0] if alike else "attempts")


@dataclass(frozen=True)
class Day:
    """How many of the rows asked for a day has, and what they count as in whole units."""

    day: date
    rows: int
    units: int


class Rows:
    """The distinct contributors of one number, in the order of time."""

    def __init__(self, snapshot: Snapshot, question: Question) -> None:
        """`question` asks for one of `COUNTED`; its `by` does not matter. Raises as `ask` does."""
        check(snapshot, question)
        self.snapshot = snapshot
        self.question = replace(question, by=())
        self.home = Home(snapshot.path.parent.parent)

    @property
    def measure(self) -> Measure:
        return self.question.measures[0]

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The days that have some, the first one first."""
        composed = _Narrowed(self.snapshot, self.question, self.snapshot.smallest_rollup(self.question.rollup_columns))
        found = self.snapshot.frame(composed.by_day(), composed.values)
        days = zip(found["day"].dt.date, found["rows"], found["units"], strict=True)
        return tuple(Day(day, int(rows), int(units)) for day, rows, units in days)

    @property
    def total(self) -> int:
        return sum(day.rows for day in self.days)

    @property
    def weight(self) -> float:
        """What they count as together: the number itself."""
        return sum(day.units for day in self.days) / self._narrowed.whole

    @property
    def is_weighed(self) -> bool:
        """Whether a filter of refusal scope gives each of them its credit."""
        return self._narrowed.is_credited

    @property
    def rows_at(self) -> str:
        """Where the rows lie that another engine summed; empty where they came into the store."""
        return self.snapshot.facts.get("rows_at", "")

    @property
    def has_store(self) -> bool:
        """Whether the store lies beside the snapshot; one that was copied alone has none."""
        return any((self.home.root / part.path).exists() for part in self.parts)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return _parts(self.snapshot)

    def check_parts(self) -> None:
        """Raises `DamagedSnapshot` where a part that has some of the rows is missing or of another size."""
        days = {day.day.isoformat() for day in self.days}
        check_sizes(self.home.root, (part for part in self.parts if part.day in days))

    @cached_property
    def columns(self) -> tuple[RowColumn, ...]:
        """What the log carries of an attempt."""
        return carried(_filled(self.snapshot), is_weighed=self.is_weighed)

    def page(self, first: int, most: int, *, is_newest_first: bool = True) -> pd.DataFrame:
        """So many rows from number `first` on, counted from 0.

        Columns: those of `columns` by name. Raises `DamagedSnapshot` that names the part that is missing or changed.
        """
        days, passed = _covering(self._in_order(is_newest_first), first, most)
        with self._reading() as connection:
            frame: pd.DataFrame = self._page(connection, days, is_newest_first, most, passed).df()
            return frame

    def batches(self, *, is_newest_first: bool = True) -> Iterator[pa.RecordBatch]:
        """All rows, day by day, as they are read. Raises as `page` does, also in between."""
        with self._reading() as connection:
            for day in self._in_order(is_newest_first):
                yield from self._page(connection, [day], is_newest_first, day.rows, 0).to_arrow_reader(BATCH)

    @property
    def _narrowed(self) -> _Narrowed:
        return _Narrowed(self.snapshot, self.question, "keyed_rows")

    def _in_order(self, is_newest_first: bool) -> tuple[Day, ...]:
        return self.days[::-1] if is_newest_first else self.days

    @contextmanager
    def _reading(self) -> Iterator[duck.Connection]:
        """A connection with what the snapshot knows of reasons, regions and days; what cannot be read is one line."""
        if self.rows_at:
            raise InvalidValue(f"these are sums of rows that lie at {self.rows_at}; ask for the rows there")
        with (
            tempfile.TemporaryDirectory(prefix="refusal-lens-") as spilled,
            duck.workbench(Path(spilled)) as connection,
        ):
            try:
                self._lay(connection)
                yield connection
            except (duckdb.CatalogException, duckdb.BinderException) as problem:
                mend = f"run: python -m etl build --home {self.home.root}"
                raise DamagedSnapshot(f"{self.snapshot.path} is of another version; {mend}") from problem
            except duckdb.Error as problem:
                raise DamagedSnapshot(f"{self.home.store} cannot be read: {str(problem).splitlines()[0]}") from problem

    def _lay(self, connection: duck.Connection) -> None:
        zone, mask = self.snapshot.info.business_zone, mask_key(self.home, self.snapshot.id)
        duck.attach(connection, self.snapshot.path, "snap", read_only=True)
        connection.execute("set search_path = 'memory.main,snap.main'")
        duck.make_table(connection, "reading", "zone varchar, mask varchar", [(zone, mask)])
        duck.make_table(connection, "shape", SHAPE, [])
        duck.make(connection, "rows", "reasons_in_order")

    def _page(
        self, connection: duck.Connection, days: list[Day], is_newest_first: bool, most: int, passed: int
    ) -> duckdb.DuckDBPyRelation:
        """Of the rows of these days so many, after those passed over. Only now are the days' parts looked at."""
        wanted = {day.day.isoformat() for day in days}
        parts = [part for part in self.parts if part.day in wanted]
        check_contents(self.home.root, parts)
        duck.read_parts(connection, "attempts", [self.home.root / part.path for part in parts], like="shape")
        duck.make_view(connection, "rollups", "counted_attempts")
        duck.make_view(connection, "rows", "keyed_rows")
        composed = self._narrowed
        sql = composed.page(self.columns, is_newest_first)
        return connection.sql(sql, params=[*composed.values, most, passed])


class _Narrowed(Conditions):
    """The SQL of the rows behind one number, over a rollup that counts them or over the rows themselves."""

    def __init__(self, snapshot: Snapshot, question: Question, relation: str) -> None:
        super().__init__(snapshot, question, relation)
        self.is_credited = self.is_credited and question.measures[0].scope is Scope.REFUSAL

    @property
    def whole(self) -> int:
        return self._whole

    def by_day(self) -> str:
        """Per day the rows and the units that they count as."""
        narrowed = self._narrowed()
        sums = f"cast(sum(attempts) as bigint) as rows, cast(sum(attempts * {self._units}) as bigint) as units"
        return f"select rollup.day as day, {sums} {narrowed} group by all order by day"

    def page(self, columns: tuple[RowColumn, ...], is_newest_first: bool) -> str:
        """Some rows in the order of time; bound after `values`: how many, and how many to pass over."""
        direction = "desc" if is_newest_first else "asc"
        order = listed([f"rollup.{name} {direction}" for name in ("day", "attempted_at", "attempt_id")])
        shown_order = listed([f"ordered_{name} {direction}" for name in ("day", "at", "id")])
        page = f"select rollup.*, {self._units} as units {self._narrowed()} order by {order} limit ? offset ?"
        selected = listed([self._selected(column.name) for column in columns])
        shown = duck.model("rows", "shown")
        return f"with page as ({page}), shown as ({shown}) select {selected} from shown order by {shown_order}"

    @property
    def _units(self) -> str:
        return "credits.units" if self.is_credited else "1"

    def _narrowed(self) -> str:
        credits = f"join ({self._credits()}) as credits using (reason_set_id)" if self.is_credited else ""
        outcomes = listed([f"'{outcome}'" for outcome in self.question.measures[0].outcomes])
        return f"{self._scoped(credits)} and outcome in ({outcomes})"

    def _selected(self, column: str) -> str:
        return f"cast(units as double) / {self._whole} as weight" if column == "weight" else column


def _covering(days: tuple[Day, ...], first: int, most: int) -> tuple[list[Day], int]:
    """The days in which the rows from number `first` on lie, and how many rows of theirs come before it."""
    covering, before = [], 0
    for day in days:
        if before + day.rows > first and before < first + most:
            covering.append(day)
        before += day.rows
    passed = sum(day.rows for day in days[: days.index(covering[0])]) if covering else 0
    return covering, first - passed


@lru_cache(maxsize=4)
def _parts(snapshot: Snapshot) -> tuple[Part, ...]:
    found = snapshot.frame(duck.model("reading", "attempt_parts"))
    return tuple(Part(ATTEMPTS, *row) for row in found.itertuples(index=False))


@lru_cache(maxsize=4)
def _filled(snapshot: Snapshot) -> frozenset[str]:
    """The columns of the store in which any part that is there has a value, from the parts' own statistics."""
    root = snapshot.path.parent.parent
    paths = [root / part.path for part in _parts(snapshot) if (root / part.path).exists()]
    with duck.in_memory() as connection:
        try:
            return _with_values(connection, paths)
        except duckdb.Error:
            return frozenset().union(*(_with_values_if_readable(connection, path) for path in paths))


def _with_values_if_readable(connection: duck.Connection, path: Path) -> frozenset[str]:
    """Nothing of a damaged part, which is told to whoever asks for its rows."""
    try:
        return _with_values(connection, [path])
    except duckdb.Error:
        return frozenset()


def _with_values(connection: duck.Connection, paths: list[Path]) -> frozenset[str]:
    found = connection.execute(
        "select path_in_schema from parquet_metadata(?) group by path_in_schema"
        " having bool_or(coalesce(stats_null_count, 0) < num_values)",
        [[str(path) for path in paths]],
    )
    return frozenset(name for (name,) in found.fetchall())
