"""Measures 1, 10 and 100 million attempts, side by side in one run: `make bench-scale`. Nothing here asserts a time."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench_scale_build import by_peers, by_spark
from bench_scale_questions import Click, beside_others, clicks, show_clicks, show_growth, show_rollups, show_targets
from bench_scale_world import Year, built, check_stored, invented, loaded, one_more_day, size_of, stored
from bench_tables import Timed, console, show
from rich.table import Table

from etl.home import Home
from etl.snapshot import Snapshot, open_snapshot

PARTS = ("build", "questions", "day")
MILLION = 1_000_000
MOST_LOADED = 10 * MILLION
"""More would take ten minutes and more to load, and loading costs the same for every row: the store is written."""


def measured(folder: Path, attempts: int, parts: list[str], known: dict[str, float]) -> list[Click]:
    """All parts at one size, in a folder that is removed after it."""
    size = f"{attempts / MILLION:g} M"
    year, generation = invented(folder, attempts)
    home = folder / "home"
    steps = [generation, *_live(year, home, folder)]
    snapshot = open_snapshot(home)
    if "build" in parts:
        steps += [*by_peers(year, snapshot, folder, known), *by_spark(year, folder)]
    show(f"{size}: from nothing to a live snapshot, whole commands", steps, steps[1])
    show_room(year, home, snapshot, size)
    found = asked(year, snapshot, size) if "questions" in parts else []
    if "day" in parts:
        day = one_more_day(year, home)
        show(f"{size}: one more day, from the command to the published snapshot", [day], day)
    return found


def _live(year: Year, home: Path, folder: Path) -> list[Timed]:
    if year.attempts <= MOST_LOADED:
        load = loaded(year, home)
        return [load, built(home, load.rows)]
    begun = time.perf_counter()
    rows = stored(year, Home(home))
    direct = Timed("log → store, written directly", rows, time.perf_counter() - begun)
    check_stored(year, Home(home), folder)
    console.print(
        f"{rows:,} rows went into the store without the contract and the comparison with what is there, in the shape"
        " that loading writes (one day is loaded and compared); what loading costs is measured at the smaller sizes."
    )
    return [built(home, rows), direct]


def asked(year: Year, snapshot: Snapshot, size: str) -> list[Click]:
    found = clicks(snapshot)
    show_clicks(found, size)
    show_rollups(found, snapshot, size)
    show_targets(found, size)
    beside_others(year, snapshot, size)
    return found


def show_room(year: Year, home: Path, snapshot: Snapshot, size: str) -> None:
    table = Table("", "MB", "bytes an attempt", title=f"{size}: on disk", title_justify="left")
    rows = snapshot.reconciliation().attempts
    sizes = {"log": year.bytes, "store": size_of(home / "store"), "snapshot": snapshot.path.stat().st_size}
    for what, bytes in sizes.items():
        table.add_row(what, f"{bytes / 1e6:,.1f}", f"{bytes / rows:.2f}")
    console.print(table)
    rollups = ", ".join(f"{name.removeprefix('rollup_')} {rows:,}" for name, _, rows in snapshot.rollups)
    console.print(f"{size}: {sum(rows for *_, rows in snapshot.rollups):,} rows of rollups: {rollups}", soft_wrap=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", default="1,10,100", help="millions of attempts, separated by commas")
    arguments.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}, separated by commas")
    arguments.add_argument("--folder", type=Path, help="where up to 10 GB lie meanwhile; else the system's own place")
    given = arguments.parse_args()
    parts = given.only.split(",")
    if unknown := {*parts} - {*PARTS}:
        arguments.error(f"{', '.join(sorted(unknown))}: --only knows {', '.join(PARTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="refusal-lens-scale-", dir=given.folder) as name:
        run(Path(name), [float(size) for size in given.sizes.split(",")], parts)


def run(folder: Path, sizes: list[float], parts: list[str]) -> None:
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    known: dict[str, float] = {}
    before: tuple[str, list[Click]] | None = None
    for size in sizes:
        here = folder / f"{size:g}"
        here.mkdir()
        found = measured(here, round(size * MILLION), parts, known)
        shutil.rmtree(here)
        if before and found:
            show_growth(before[1], found, (before[0], f"{size:g} M"))
        before = (f"{size:g} M", found) if found else before
        console.print(f"load {os.getloadavg()[0]:.1f} after {size:g} M")


if __name__ == "__main__":
    main()
