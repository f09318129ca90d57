"""Puts a world on disk: one log file a day, the truth beside them, the calendar and a manifest."""

import json
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from etl.errors import InvalidValue, UnknownName
from etl.home import Home
from etl.lock import writing
from synthetic_data.chronicle import Chronicle, DayLog
from synthetic_data.comparison import Sums
from synthetic_data.events import events_toml, known_events
from synthetic_data.files import Format, encoded, file_name, parquet_bytes, put
from synthetic_data.pools import applicants_table
from synthetic_data.room import JOURNAL, MANIFEST, make_room
from synthetic_data.truth import incidents_json, overlaps_json, shifts_json, total_json
from synthetic_data.worlds import (
    DEFAULT_ATTEMPTS,
    DEFAULT_DAYS,
    DEFAULT_END,
    DEFAULT_SEED,
    VERSION,
    World,
    make_world,
)

DAYS_AT_ONCE = 16
"""What one process does in a row: each row of days costs the day before it as well."""
MOST_JOBS = 64
LOOK_AFTER = 0.2
"""Seconds between two looks of a worker whether its parent is still there."""


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
    """One line of the manifest: `sha256` is of the file, `digest` of the whole numbers in it."""

    day: str
    file: str
    rows: int
    refusals: int
    sha256: str
    digest: str
    sums: dict[str, dict[str, int]] = field(default_factory=dict)


def write_world(
    home: Path,
    *,
    days: int = DEFAULT_DAYS,
    attempts: int = DEFAULT_ATTEMPTS,
    seed: int = DEFAULT_SEED,
    end: date = DEFAULT_END,
    scenario: str = "default",
    dirty: float = 0.0,
    format: str = Format.PARQUET,
    jobs: int = 1,
    on_day: Callable[[date], object] | None = None,
    is_locked: bool = False,
) -> WorldSummary:
    """Writes logs/, truth/ and events.toml below `home`; calls `on_day` after each day, in any order.

    Days that an earlier, stopped run of the same world wrote are kept. `is_locked`: the caller has the home already.
    """
    if format not in set(Format):
        raise UnknownName("format", format, list(Format))
    if not 1 <= jobs <= MOST_JOBS:
        raise InvalidValue(f"--jobs {jobs} must be between 1 and {MOST_JOBS}")
    order = Order(home, Format(format), days, attempts, seed, end, scenario, dirty)
    world = order.world
    with nullcontext() if is_locked else writing(Home(home), "run of synthetic_data"):
        return _written(order, world, jobs, on_day or (lambda _: None))


def _written(order: "Order", world: World, jobs: int, on_day: Callable[[date], object]) -> WorldSummary:
    home = order.home
    calendar = events_toml(known_events(world.scenario, world.first, world.last))
    facts = _facts(world, order.format, calendar)
    done = {line["day"]: DayFile(**line) for line in make_room(home, facts) if line.keys() == DAY_KEYS}
    put(home / "logs" / MANIFEST, _manifest(facts, [], is_complete=False))
    for made in _made(order, [day for day in world.days if day.isoformat() not in done], jobs):
        done[made.day] = made
        on_day(date.fromisoformat(made.day))
    files = [done[day.isoformat()] for day in world.days]
    _write_truth(home / "truth", world, files)
    put(home / "events.toml", calendar)
    put(home / "logs" / MANIFEST, _manifest(facts, files, is_complete=True))
    return _summary(home, world, files)


DAY_KEYS = DayFile.__dataclass_fields__.keys()


@dataclass(frozen=True)
class Order:
    """What is to be made and where: enough for another process to make the same world."""

    home: Path
    format: Format
    days: int
    attempts: int
    seed: int
    end: date
    scenario: str
    dirty: float

    @property
    def world(self) -> World:
        return _world(self)


@lru_cache(maxsize=1)
def _world(order: Order) -> World:
    names = ("days", "attempts", "seed", "end", "scenario", "dirty")
    return make_world(**{name: getattr(order, name) for name in names})


def _made(order: Order, days: list[date], jobs: int) -> Iterator[DayFile]:
    """Every day as soon as it is on disk, and noted in the journal."""
    with (order.home / "truth" / JOURNAL).open("a", encoding="utf-8") as journal:
        for file in _in_processes(order, days, jobs) if jobs > 1 else _in_a_row(order, days):
            journal.write(json.dumps(asdict(file)) + "\n")
            journal.flush()
            yield file


def _in_a_row(order: Order, days: list[date]) -> Iterator[DayFile]:
    chronicle = Chronicle(order.world)
    for day in days:
        yield _write_day(order, chronicle.day(day))


def _in_processes(order: Order, days: list[date], jobs: int) -> Iterator[DayFile]:
    at_once = max(1, min(DAYS_AT_ONCE, -(-len(days) // jobs)))
    rows = [days[start : start + at_once] for start in range(0, len(days), at_once)]
    spawning = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, spawning, initializer=_end_with, initargs=(os.getpid(),))
    try:
        for done in as_completed([pool.submit(_several, order, row) for row in rows]):
            yield from done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with(parent: int) -> None:
    """A worker whose parent was killed must not write on: another run may have the folder by then."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_AFTER)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _several(order: Order, days: list[date]) -> list[DayFile]:
    return list(_in_a_row(order, days))


def _write_day(order: Order, made: DayLog) -> DayFile:
    """The truth first: a day whose log is there is a day that is told in full."""
    truth = order.home / "truth"
    if made.truth.num_rows:
        put(truth / "attempts" / f"attempts-{made.day}.parquet", parquet_bytes(made.truth))
    if made.labels is not None:
        put(truth / "dirty" / f"dirty-{made.day}.parquet", parquet_bytes(made.labels))
    name, data = file_name(made.day, order.format), encoded(made.log, order.format)
    put(order.home / "logs" / name, data)
    sums = {incident: asdict(done) for incident, done in made.sums.items()}
    return DayFile(
        day=made.day.isoformat(),
        file=name,
        rows=made.log.num_rows,
        refusals=made.refusals,
        sha256=sha256(data).hexdigest(),
        digest=made.digest,
        sums=sums,
    )


def _write_truth(folder: Path, world: World, files: list[DayFile]) -> None:
    """What is known of the world as a whole; what is known of attempts lies there already, day by day."""
    sums: dict[str, Sums] = {}
    for file in files:
        for incident, added in file.sums.items():
            sums[incident] = sums.get(incident, Sums()) + Sums(**added)
    put(folder / "incidents.json", incidents_json(world, sums))
    put(folder / "overlaps.json", overlaps_json(sums))
    put(folder / "total.json", total_json(sums))
    put(folder / "shifts.json", shifts_json(world))
    put(folder / "applicants.parquet", parquet_bytes(applicants_table(world.applicants)))


def _summary(home: Path, world: World, files: list[DayFile]) -> WorldSummary:
    rows, refusals = sum(file.rows for file in files), sum(file.refusals for file in files)
    return WorldSummary(home, world.first, world.last, rows, refusals, len(world.incidents))


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
        "dirty": world.dirty,
        "version": VERSION,
        "numpy": np.__version__,
        "events_sha256": sha256(calendar.encode()).hexdigest(),
        "files": [file_name(day, format) for day in world.days],
    }


def _manifest(facts: dict[str, Any], files: list[DayFile], *, is_complete: bool) -> str:
    days = [{name: value for name, value in asdict(file).items() if name != "sums"} for file in files]
    written = {"rows": sum(file.rows for file in files), "days": days}
    return json.dumps({**facts, "is_complete": is_complete, **written}, ensure_ascii=False, indent=1) + "\n"
