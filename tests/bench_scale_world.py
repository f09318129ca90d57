"""A year of invented attempts and the day after it, and homes for them: loaded, or their store written directly."""

import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from bench_tables import Timed, ran

from etl import duck
from etl.contract import COLUMNS
from etl.home import Home
from etl.manifest import ATTEMPTS, Load, LoadedFile, Manifest, Part
from etl.notes import read_notes
from etl.publish import current_manifest
from etl.store import Store

DAYS, LAST = 366, "2026-10-31"
"""A year and the day after it, which is set aside."""
ZONE = "Asia/Shanghai"
TOGETHER = 4
"""Days written together, as many as fit in memory at any size."""


@dataclass(frozen=True)
class Year:
    """The log of a year and that of one more day of the same world."""

    folder: Path
    attempts: int

    @property
    def logs(self) -> Path:
        return self.folder / "world" / "logs"

    @property
    def next_day(self) -> Path:
        return self.folder / "next"

    @property
    def files(self) -> list[Path]:
        return sorted(self.logs.glob("*.parquet"))

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files)


def invented(folder: Path, attempts: int) -> tuple[Year, Timed]:
    """Whole commands, with as many processes as there are cores to expect."""
    world = folder / "world"
    order = ["--days", str(DAYS), "--attempts", str(round(attempts * DAYS / (DAYS - 1))), "--jobs", "2"]
    run = ran([sys.executable, "-m", "synthetic_data", "--home", str(world), *order])
    shutil.rmtree(world / "truth")
    rows = rows_of(sorted((world / "logs").glob("*.parquet")))
    year = Year(folder, attempts)
    year.next_day.mkdir()
    shutil.move(year.logs / f"attempts-{LAST}.parquet", year.next_day)
    shutil.copy(year.logs / "manifest.json", year.next_day)
    return year, run.of("the log invented by two processes", rows)


def rows_of(files: list[Path]) -> int:
    with duckdb.connect() as connection:
        return sum(duck.rows_in(connection, path) for path in files)


def loaded(year: Year, home: Path) -> Timed:
    """The real command, with the whole contract."""
    order = ["--home", str(home), "--as-of", LAST]
    run = ran([sys.executable, "-m", "etl", "load", str(year.logs), *order])
    rows = sum(load.loaded for load in current_manifest(Home(home)).loads)
    return run.of("log → live snapshot", rows)


def stored(year: Year, home: Home) -> int:
    """The store as loading writes it, without the contract and the comparison with what is there; its rows."""
    parts: list[Part] = []
    home.snapshots.mkdir(parents=True)
    with duck.workbench(home.root) as connection, duck.staging_folder(home.store) as staging:
        store = Store(home, connection, staging)
        for first in range(0, len(year.files), TOGETHER):
            _lay(connection, year.files[first : first + TOGETHER])
            parts += store.write_days("kept")
    manifest = _manifest(year, parts)
    snapshot_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-00000000"
    home.manifest_path(snapshot_id).write_text(manifest.to_json(), encoding="utf-8")
    home.current.write_text(snapshot_id, encoding="utf-8")
    return sum(part.rows for part in parts)


def _lay(connection: duck.Connection, files: list[Path]) -> None:
    """The rows as they are kept: typed, with their day and hour, and where they stood."""
    instants = {column.name for column in COLUMNS if column.type == "timestamp"}
    columns = [
        f"{column.name} at time zone 'UTC' as {column.name}"
        if column.name in instants
        else f"cast({column.name} as {column.type}) as {column.name}"
        for column in COLUMNS
    ]
    local = f"attempted_at at time zone '{ZONE}'"
    connection.execute(
        f"""
        create or replace table kept as
        select {", ".join(columns)}, cast({local} as date) as day, cast(extract(hour from {local}) as tinyint) as hour,
            parse_filename(filename) as source_file, file_row_number + 1 as source_row
        from read_parquet({[str(path) for path in files]}, filename = true, file_row_number = true)
        """  # noqa: S608 (names of the contract)
    )


def _manifest(year: Year, parts: list[Part]) -> Manifest:
    notes = read_notes([year.logs])
    files = tuple(LoadedFile(path.name, path.stat().st_size, duck.sha256(path)) for path in year.files)
    now, rows = datetime.now(UTC), sum(part.rows for part in parts)
    load = Load(f"{now:%Y%m%dT%H%M%SZ}", now.isoformat(timespec="seconds"), "contract", files, rows, rows, 0, 0)
    known = Manifest(ZONE, LAST, notes.is_synthetic, notes.source_id, loads=(load,))
    return known.with_parts(parts, ())


def check_stored(year: Year, home: Home, folder: Path) -> None:
    """That the rows of the first day are those, value by value and column by column, which loading it stores."""
    one = Year(folder / "one", 0)
    one.logs.mkdir(parents=True)
    shutil.copy(year.files[0], one.logs)
    loaded(one, folder / "one-home")
    written = _day(home, year)
    with duckdb.connect() as connection:
        ours, theirs = (
            connection.read_parquet([str(path) for path in paths])
            for paths in (written, _day(Home(folder / "one-home"), one))
        )
        assert list(zip(ours.columns, ours.types, strict=True)) == list(zip(theirs.columns, theirs.types, strict=True))
        assert len(ours.except_(theirs)) == len(theirs.except_(ours)) == 0
    shutil.rmtree(one.folder)
    shutil.rmtree(folder / "one-home")


def _day(home: Home, year: Year) -> list[Path]:
    day = year.files[0].stem.removeprefix("attempts-")
    return [home.root / part.path for part in current_manifest(home).of_kind(ATTEMPTS) if part.day == day]


def built(home: Path, rows: int) -> Timed:
    run = ran([sys.executable, "-m", "etl", "build", "--from-scratch", "--home", str(home)])
    return run.of("store → live snapshot", rows)


def one_more_day(year: Year, home: Path) -> Timed:
    """From the command to the published snapshot."""
    run = ran([sys.executable, "-m", "etl", "load", str(year.next_day), "--home", str(home)])
    rows = current_manifest(Home(home)).loads[-1].loaded
    return run.of(f"one more day of {year.attempts / 1e6:g} M", rows)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
