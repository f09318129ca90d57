"""One day of a written log as numbered columns, the same from Parquet, CSV or JSON lines."""

from collections.abc import Callable, Collection, Iterable, Mapping
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
NUMBERS = ("score", "amount_requested")
COLUMNS = ("attempt_id", *INSTANTS, *NUMBERS, *TEXTS)

MISSING = np.iinfo(np.int64).min
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1) // MICROSECOND
AHEAD_OF_UTC = (BUSINESS_ZONE.utcoffset(None) or timedelta()) // MICROSECOND
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (local times have no zone here)


def micros(moment: datetime) -> int:
    """A local time as a number that the times of rows can be compared with."""
    return (moment - EPOCH) // MICROSECOND


def midnight(day: date) -> int:
    """The first moment of a day, as such a number."""
    return (day.toordinal() - EPOCH.toordinal()) * DAY


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
    """A day's attempts, one entry each; times in microseconds of local time, `MISSING` where there is none.

    A score or an amount is 0 where there is none that can be read.
    """

    day: date
    ids: Array
    at: Array
    decided_at: Array
    score: Array
    amount: Array
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

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each id; the last where there are several."""
        return dict(zip(self.ids, range(len(self.ids)), strict=True))

    def places(self, ids: Iterable[str]) -> Array:
        """Where these ids stand; -1 where they do not."""
        return np.array([self.index.get(id, -1) for id in ids], dtype=np.int64)

    def where(self, is_kept: Array) -> "Rows":
        return self.at_places(np.flatnonzero(is_kept))

    def at_places(self, places: Array) -> "Rows":
        texts = {name: column.take(places) for name, column in self.texts.items()}
        numbers = {name: getattr(self, name).take(places) for name in ("ids", "at", "decided_at", "score", "amount")}
        return replace(self, **numbers, texts=texts)


def read_rows(path: Path, data: bytes, day: date, advice: str) -> Rows:
    """The columns of a log file that evidence needs, from its bytes."""
    table = read_columns(path, data, COLUMNS, advice)
    try:
        at, decided_at = (_local(table[name]) for name in INSTANTS)
        ids = table["attempt_id"].cast(pa.string()).fill_null("").to_numpy()
        score, amount = _whole(table["score"]), _amounts(table["amount_requested"])
        return Rows(day, ids, at, decided_at, score, amount, {name: coded(table[name]) for name in TEXTS})
    except UNREADABLE as problem:
        raise _no_log(path, problem, advice) from None


UNREADABLE = (pa.ArrowException, KeyError, ValueError, TypeError, OverflowError)


def read_columns(path: Path, data: bytes, names: tuple[str, ...], advice: str) -> pa.Table:
    """Some columns of a log file; in text all are text but the score."""
    try:
        return READERS[path.suffix](data, names).select(list(names))
    except (*UNREADABLE, OSError) as problem:
        raise _no_log(path, problem, advice) from None


def _no_log(path: Path, problem: BaseException, advice: str) -> UnreadableInput:
    what = (str(problem).splitlines() or [""])[0]
    return UnreadableInput(f"{path}: not a log of a synthetic world: {what}; {advice}")


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


def _amounts(column: pa.ChunkedArray) -> Array:
    """Whole yuan, 0 where there is no plain number."""
    if pa.types.is_integer(column.type):
        return _whole(column)
    amounts = coded(column)
    plain = [int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0 for word in amounts.words]
    return np.array([*plain, 0], dtype=np.int64).take(amounts.codes, mode="wrap")


def _parquet(data: bytes, names: tuple[str, ...]) -> pa.Table:
    return pq.read_table(pa.BufferReader(data), columns=list(names))


def _csv(data: bytes, names: tuple[str, ...]) -> pa.Table:
    types = {name: pa.int64() if name == "score" else pa.string() for name in names}
    options = pa.csv.ConvertOptions(column_types=types, include_columns=names, strings_can_be_null=True)
    return pa.csv.read_csv(pa.BufferReader(data), convert_options=options)


def _jsonl(data: bytes, names: tuple[str, ...]) -> pa.Table:
    """An amount is a number, unless the log was spoiled: then it is text."""
    try:
        return _typed_jsonl(data, names, NUMBERS)
    except pa.ArrowInvalid:
        return _typed_jsonl(data, names, ("score",))


def _typed_jsonl(data: bytes, names: tuple[str, ...], numbers: tuple[str, ...]) -> pa.Table:
    types = [(name, pa.int64() if name in numbers else pa.string()) for name in names]
    options = pa.json.ParseOptions(explicit_schema=pa.schema(types), unexpected_field_behavior="ignore")
    return pa.json.read_json(pa.BufferReader(data), parse_options=options)


READERS: Mapping[str, Callable[[bytes, tuple[str, ...]], pa.Table]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _jsonl,
}
