"""Puts a world on disk: one log file a day, the truth beside them, the calendar and a manifest."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from etl.errors import InvalidValue, Stopped, UnknownName
from etl.home import Home
from etl.lock import writing
from synthetic_data.comparison import Sums
from synthetic_data.crew import Crew
from synthetic_data.day_files import JOURNAL, DayFile, Order
from synthetic_data.events import events_toml, known_events
from synthetic_data.files import Format, file_name, parquet_bytes, put
from synthetic_data.room import MANIFEST, finished_days, make_room
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

MOST_JOBS = 64


@dataclass(frozen=True)
class WorldSummary:
    """What was written, and where."""

    home: Path
    first_day: date
    last_day: date
    attempts: int
    refusals: int
    incidents: int
    days_to_come: int = 0
    """How many days are not there yet, because others were asked for alone."""

    @property
    def complete_until(self) -> str:
        """The local moment until which the log is complete: midnight after its last day."""
        return datetime.combine(self.last_day + timedelta(days=1), datetime.min.time()).isoformat()


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
    since: date | None = None,
    until: date | None = None,
    on_day: Callable[[date], object] | None = None,
    is_locked: bool = False,
) -> WorldSummary:
    """Writes logs/, truth/ and events.toml below `home`; calls `on_day` after each day, in any order.

    Days that an earlier run of the same world wrote are kept. With `since` or `until`, only those days of the world
    are made, and what incidents did in all is told when every day is there. `is_locked`: the caller has the home.
    """
    if format not in set(Format):
        raise UnknownName("format", format, list(Format))
    if not 1 <= jobs <= MOST_JOBS:
        raise InvalidValue(f"--jobs {jobs} must be between 1 and {MOST_JOBS}")
    with Crew(min(jobs, days)) as crew:
        world = make_world(days=days, attempts=attempts, seed=seed, end=end, scenario=scenario, dirty=dirty)
        wanted = _wanted(world, since or world.first, until or world.last)
        with nullcontext() if is_locked else writing(Home(home), "run of synthetic_data"):
            return _written(Order(home, Format(format), world), wanted, crew, on_day or (lambda _: None))


def _wanted(world: World, since: date, until: date) -> list[date]:
    if not world.first <= since <= until <= world.last:
        raise InvalidValue(f"--since {since} --until {until}: this world has days from {world.first} to {world.last}")
    return [day for day in world.days if since <= day <= until]


def _written(order: Order, wanted: list[date], crew: Crew, on_day: Callable[[date], object]) -> WorldSummary:
    home, world = order.home, order.world
    calendar = events_toml(known_events(world.scenario, world.first, world.last))
    facts = _facts(world, order.format, calendar)
    done = {file.day: file for file in make_room(home, facts)}
    put(home / "truth" / JOURNAL, "".join(file.line for file in done.values()))
    put(home / "logs" / MANIFEST, _manifest(facts, [], is_complete=False))
    missing = [day for day in wanted if day.isoformat() not in done]
    with ThreadPoolExecutor(1) as beside, _told_when_stopped(order):
        people = beside.submit(_write_applicants, home, world)
        with closing(crew.files(order, missing)) as made:
            for file in made:
                done[file.day] = file
                on_day(date.fromisoformat(file.day))
        people.result()
    files = [done[day.isoformat()] for day in world.days if day.isoformat() in done]
    is_complete = len(files) == len(facts["files"])
    if is_complete:
        _write_truth(home / "truth", world, files)
    put(home / "events.toml", calendar)
    put(home / "logs" / MANIFEST, _manifest(facts, files, is_complete=is_complete))
    return _summary(home, world, files)


@contextmanager
def _told_when_stopped(order: Order) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as stop:
        days = len(list(order.world.days))
        raise Stopped(
            f"Stopped. {finished_days(order.home)} of {days} days are finished; the same command goes on from there."
        ) from stop


def _write_applicants(home: Path, world: World) -> None:
    from synthetic_data.pools import applicants_table  # with Faker, which no other process needs

    put(home / "truth" / "applicants.parquet", parquet_bytes(applicants_table(world.applicants)))


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


def _summary(home: Path, world: World, files: list[DayFile]) -> WorldSummary:
    rows, refusals = sum(file.rows for file in files), sum(file.refusals for file in files)
    to_come = len(list(world.days)) - len(files)
    return WorldSummary(home, world.first, world.last, rows, refusals, len(world.incidents), to_come)


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
