"""The files of a world day by day: the log, the truth and the labels, with the hashes of their bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import UnreadableInput
from synthetic_data.comparison import Sums
from synthetic_data.evidence.papers import (
    Listed,
    Manifest,
    Noted,
    read_incidents,
    read_journal,
    read_manifest,
    read_overlaps,
    read_shifts,
    read_total,
)
from synthetic_data.evidence.rows import Rows, read_rows
from synthetic_data.incidents import Incident
from synthetic_data.shifts import Shift

TRUTH_COLUMNS = {
    "attempt_id": pa.string(),
    "root_attempt_id": pa.string(),
    "attempt_number": pa.int64(),
    "incident_id": pa.string(),
    "role": pa.string(),
}
MAY_BE_MISSING = ("incident_id", "role")
LABEL_COLUMNS = {"attempt_id": pa.string(), "label": pa.string()}


@dataclass(frozen=True)
class DayFiles:
    """A day as it was written. `rows` is None where the manifest names a file that is not there.

    `truth` has one line for each retry and for each attempt that an incident touched; `labels` the kind of mess of
    each row that was spoiled on purpose. `hashes` are of the bytes of the files that are there.
    """

    listed: Listed
    log: Path
    data: bytes
    rows: Rows | None
    truth: pd.DataFrame
    labels: Mapping[str, str]
    hashes: Mapping[str, str]

    @cached_property
    def labelled(self) -> frozenset[str]:
        return frozenset(self.labels)

    def clean(self, labelled: frozenset[str]) -> Rows | None:
        """The rows that nobody spoiled."""
        if self.rows is None or not labelled:
            return self.rows
        return self.rows.where(~np.isin(self.rows.ids, list(labelled)))


@dataclass(frozen=True)
class WorldFiles:
    """What a world says of itself before any row is read."""

    home: Path
    manifest: Manifest
    journal: Mapping[date, Noted]
    told: tuple[tuple[Incident, Sums], ...]
    overlaps: Mapping[str, Sums]
    total: Sums
    shifts: tuple[Shift, ...]

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return tuple(incident for incident, _ in self.told)

    @property
    def span(self) -> tuple[date, date]:
        return self.manifest.first, self.manifest.last

    def days(self) -> Iterator[DayFiles]:
        """One day at a time, so that a world of any size fits."""
        for listed in self.manifest.days:
            yield self._day(listed)

    def truth_of(self, day: date) -> Path:
        return self.home / "truth" / "attempts" / f"attempts-{day}.parquet"

    def labels_of(self, day: date) -> Path:
        return self.home / "truth" / "dirty" / f"dirty-{day}.parquet"

    def _day(self, listed: Listed) -> DayFiles:
        log, advice = self.home / "logs" / listed.file, self.manifest.advice
        paths = {"sha256": log, "truth_sha256": self.truth_of(listed.day), "labels_sha256": self.labels_of(listed.day)}
        found = {name: data for name, path in paths.items() if (data := _bytes(path, advice)) is not None}
        truth = _table(paths["truth_sha256"], found.get("truth_sha256"), TRUTH_COLUMNS, advice)
        labels = _table(paths["labels_sha256"], found.get("labels_sha256"), LABEL_COLUMNS, advice)
        return DayFiles(
            listed=listed,
            log=log,
            data=found.get("sha256", b""),
            rows=read_rows(log, found["sha256"], listed.day, advice) if "sha256" in found else None,
            truth=truth.to_pandas(),
            labels=dict(zip(labels["attempt_id"].to_pylist(), labels["label"].to_pylist(), strict=True)),
            hashes={name: sha256(data).hexdigest() for name, data in found.items()},
        )


def open_world(home: Path) -> WorldFiles:
    """The world in `home`; `UnreadableInput` where there is none, `InvalidValue` where it is not finished."""
    manifest = read_manifest(home)
    advice = manifest.advice
    return WorldFiles(
        home,
        manifest,
        read_journal(home, advice),
        read_incidents(home, advice),
        read_overlaps(home, advice),
        read_total(home, advice),
        read_shifts(home, advice),
    )


def _bytes(path: Path, advice: str) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem.strerror}; {advice}") from None


def _table(path: Path, data: bytes | None, columns: Mapping[str, pa.DataType], advice: str) -> pa.Table:
    """Columns of a truth file, coded text as text; nothing where there is no file."""
    schema = pa.schema([pa.field(name, kind) for name, kind in columns.items()])
    if data is None:
        return schema.empty_table()
    try:
        table = pq.read_table(pa.BufferReader(data), columns=list(columns)).select(list(columns)).cast(schema)
    except (pa.ArrowException, KeyError, ValueError, TypeError, OSError) as problem:
        what = (str(problem).splitlines() or [""])[0]
        raise UnreadableInput(f"{path}: not the truth of a synthetic world: {what}; {advice}") from None
    for name in (name for name in columns if name not in MAY_BE_MISSING and table[name].null_count):
        raise UnreadableInput(f"{path}: not the truth of a synthetic world: {name} is missing in a row; {advice}")
    return table
