"""Puts a world on disk: one log file a day, the truth, the calendar and a manifest; final names are always whole."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from etl.errors import UnknownName
from synthetic_data.events import events_toml, known_events
from synthetic_data.generate import (
    DEFAULT_ATTEMPTS,
    DEFAULT_DAYS,
    DEFAULT_END,
    DEFAULT_SEED,
    DayLog,
    World,
    make_day,
    make_world,
)
from synthetic_data.room import MANIFEST, beside, make_room
from synthetic_data.truth import TruthBook

UNIQUE_TEXTS = ("attempt_id", "applicant_id")
"""All other columns are packed by dictionary or by difference; compressing them as well costs more than it saves."""

CSV_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Format(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"


@dataclass(frozen=True)
class WorldSummary:
    """What was written, and where."""

    home: Path
    first_day: date
    last_day: date
    attempts: int
    refusals: int
    incidents: int

    @property
    def complete_until(self) -> str:
        """The local moment until which the log is complete: midnight after its last day."""
        return datetime.combine(self.last_day + timedelta(days=1), datetime.min.time()).isoformat()


@dataclass(frozen=True)
class DayFile:
    """One line of the manifest."""

    day: str
    file: str
    rows: int
    refusals: int
    sha256: str


def write_world(
    home: Path,
    *,
    days: int = DEFAULT_DAYS,
    attempts: int = DEFAULT_ATTEMPTS,
    seed: int = DEFAULT_SEED,
    end: date = DEFAULT_END,
    scenario: str = "default",
    format: str = Format.PARQUET,
    on_day: Callable[[date], object] | None = None,
) -> WorldSummary:
    """Writes logs/, truth/ and events.toml below `home`; calls `on_day` after each day."""
    if format not in set(Format):
        raise UnknownName("format", format, list(Format))
    world = make_world(days=days, attempts=attempts, seed=seed, end=end, scenario=scenario)
    logs, calendar = home / "logs", events_toml(known_events(world.scenario, world.first, world.last))
    facts = _facts(world, Format(format), calendar)
    make_room(home)
    _put(logs / MANIFEST, _manifest(facts, [], is_complete=False))
    files, book = [], TruthBook(world)
    for day in world.days:
        made = make_day(world, day)
        files.append(_write_day(logs, made, Format(format)))
        book.add(made)
        if on_day:
            on_day(day)
    book.write(home / "truth")
    _put(home / "events.toml", calendar)
    _put(logs / MANIFEST, _manifest(facts, files, is_complete=True))
    return _summary(home, world, files)


def _summary(home: Path, world: World, files: list[DayFile]) -> WorldSummary:
    rows, refusals = sum(file.rows for file in files), sum(file.refusals for file in files)
    return WorldSummary(home, world.first, world.last, rows, refusals, len(world.incidents))


def _write_day(logs: Path, made: DayLog, format: Format) -> DayFile:
    name = _file_name(made.day, format)
    data = ENCODERS[format](made.log)
    _put(logs / name, data)
    return DayFile(made.day.isoformat(), name, made.log.num_rows, made.refusals, sha256(data).hexdigest())


def _parquet_bytes(log: pa.Table) -> pa.Buffer:
    instants = {field.name for field in log.schema if pa.types.is_timestamp(field.type)}
    sink = pa.BufferOutputStream()
    pq.write_table(
        log,
        sink,
        compression={name: "zstd" if name in UNIQUE_TEXTS else "none" for name in log.column_names},
        use_dictionary=sorted({*log.column_names} - {*UNIQUE_TEXTS, *instants}),
        column_encoding=dict.fromkeys(instants, "DELTA_BINARY_PACKED"),
        write_statistics=["attempted_at"],
    )
    return sink.getvalue()


def _csv_bytes(log: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    plain = pa.table({name: _as_text(log[name]) for name in log.column_names})
    sink.write((",".join(plain.column_names) + "\n").encode())
    pa.csv.write_csv(plain, sink, pa.csv.WriteOptions(include_header=False, quoting_style="none"))
    return sink.getvalue()


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants as ISO 8601 with a Z, coded text as text; numbers stay numbers."""
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format=CSV_INSTANT)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


ENCODERS: dict[Format, Callable[[pa.Table], pa.Buffer]] = {
    Format.PARQUET: _parquet_bytes,
    Format.CSV: _csv_bytes,
}


def _put(path: Path, content: str | pa.Buffer) -> None:
    """Writes beside the final name first, so that a file with a final name is always whole."""
    unfinished = beside(path)
    unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
    unfinished.replace(path)


def _file_name(day: date, format: Format) -> str:
    return f"attempts-{day}.{format}"


def _facts(world: World, format: Format, calendar: str) -> dict[str, Any]:
    """What the manifest says from the start, so that the files of a stopped run are known as ours too."""
    return {
        "synthetic": True,
        "world_id": world.id,
        "seed": world.seed,
        "scenario": world.scenario.name,
        "first_day": world.first.isoformat(),
        "last_day": world.last.isoformat(),
        "attempts_asked_for": world.attempts,
        "numpy": np.__version__,
        "events_sha256": sha256(calendar.encode()).hexdigest(),
        "files": [_file_name(day, format) for day in world.days],
    }


def _manifest(facts: dict[str, Any], files: list[DayFile], *, is_complete: bool) -> str:
    written = {"rows": sum(file.rows for file in files), "days": [asdict(file) for file in files]}
    return json.dumps({**facts, "is_complete": is_complete, **written}, ensure_ascii=False, indent=1) + "\n"
