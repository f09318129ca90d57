"""One day of a written log as numbered columns, the same from Parquet, CSV or JSON lines."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from etl.contract import Outcome
from etl.errors import UnreadableInput
from synthetic_data.decks import Array
from synthetic_data.world import BUSINESS_ZONE

DIMENSIONS = ("region", "os", "channel", "partner", "product")
TEXTS = (*DIMENSIONS, "app_version", "release_ring", "outcome", "reason_codes", "evaluation")
INSTANTS = ("attempted_at", "decided_at")
COLUMNS = ("attempt_id", *INSTANTS, "score", *TEXTS)

MISSING = np.iinfo(np.int64).min
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1) // MICROSECOND
AHEAD_OF_UTC = (BUSINESS_ZONE.utcoffset(None) or timedelta()) // MICROSECOND
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (local times have no zone here)


def micros(moment: datetime) -> int:
    """A local time as a number that the times of rows can be compared with."""
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class Coded:
    """Texts by number; -1 is missing."""

    codes: Array
    words: tuple[str, ...]

    def are(self, is_so: Callable[[str], object]) -> Array:
        """Where the text is such; a missing one never is."""
        found = np.array([bool(is_so(word)) for word in self.words] + [False])
        return found.take(self.codes, mode="wrap")

    def is_in(self, values: Collection[str]) -> Array:
        """Where the text is one of these; the empty one stands for a missing text."""
        return self.are(lambda word: word in values) | ((self.codes < 0) & ("" in values))

    def take(self, places: Array) -> "Coded":
        return Coded(self.codes.take(places), self.words)


@dataclass(frozen=True)
class Rows:
    """A day's attempts, one entry each; times in microseconds of local time, `MISSING` where there is none."""

    day: date
    ids: Array
    at: Array
    decided_at: Array
    score: Array
    texts: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def is_refused(self) -> Array:
        return self.texts["outcome"].is_in([Outcome.REFUSED])

    @cached_property
    def is_decided(self) -> Array:
        return self.texts["outcome"].is_in([Outcome.APPROVED, Outcome.REFUSED])

    def in_scope(self, scope: Mapping[str, Collection[str]]) -> Array:
        is_in = np.ones(len(self), dtype=bool)
        for name, values in scope.items():
            is_in &= self.texts[name].is_in(values)
        return is_in

    def between(self, start: datetime, end: datetime) -> Array:
        is_in: Array = (self.at >= micros(start)) & (self.at < micros(end))
        return is_in

    def where(self, is_kept: Array) -> "Rows":
        return self.at_places(np.flatnonzero(is_kept))

    def at_places(self, places: Array) -> "Rows":
        texts = {name: column.take(places) for name, column in self.texts.items()}
        numbers = {name: getattr(self, name).take(places) for name in ("ids", "at", "decided_at", "score")}
        return replace(self, **numbers, texts=texts)


def read_rows(path: Path, day: date) -> Rows:
    """The columns of a log file that evidence needs."""
    try:
        table = READERS[path.suffix](path)
    except (pa.ArrowInvalid, KeyError) as problem:
        raise UnreadableInput(f"{path}: not a log of a synthetic world: {problem}") from None
    at, decided_at = (_local(table[name]) for name in INSTANTS)
    ids = table["attempt_id"].to_numpy()
    return Rows(day, ids, at, decided_at, _whole(table["score"]), {name: coded(table[name]) for name in TEXTS})


def coded(column: pa.ChunkedArray) -> Coded:
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    array = column.unify_dictionaries().combine_chunks()
    codes = array.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return Coded(codes, tuple(array.dictionary.to_pylist()))


def _local(column: pa.ChunkedArray) -> Array:
    if not pa.types.is_timestamp(column.type):
        moments = pd.to_datetime(column.to_pandas(), utc=True, format="ISO8601", errors="coerce")
        column = pa.chunked_array([pa.array(moments)])
    utc = column.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64())
    local: Array = pc.add(utc, AHEAD_OF_UTC).fill_null(MISSING).to_numpy()
    return local


def _whole(column: pa.ChunkedArray) -> Array:
    """Whole numbers, 0 where there is none."""
    numbers: Array = column.cast(pa.int64()).fill_null(0).to_numpy()
    return numbers


def _parquet(path: Path) -> pa.Table:
    return pq.read_table(path, columns=list(COLUMNS))


def _csv(path: Path) -> pa.Table:
    types = {name: pa.int64() if name == "score" else pa.string() for name in COLUMNS}
    options = pa.csv.ConvertOptions(column_types=types, include_columns=COLUMNS, strings_can_be_null=True)
    return pa.csv.read_csv(path, convert_options=options)


def _jsonl(path: Path) -> pa.Table:
    types = [(name, pa.int64() if name == "score" else pa.string()) for name in COLUMNS]
    options = pa.json.ParseOptions(explicit_schema=pa.schema(types), unexpected_field_behavior="ignore")
    return pa.json.read_json(path, parse_options=options)


READERS: Mapping[str, Callable[[Path], pa.Table]] = {".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl}
