"""Measures what the product promises, side by side in one run: `make bench`. Nothing here asserts a time."""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
from bench_asked import ask_again, asked_by, spread
from bench_loading import own_logs
from bench_peers import peers
from bench_tables import Timed, console, ran, show, timed
from rich.table import Table

from dashboard.filters import opening
from dashboard.shell import VIEWS
from etl import duck
from etl.build import sum_up
from etl.by_day import write_by_day
from etl.contract import COLUMN_NAMES
from etl.home import Home
from etl.intake import Intake, hold_to_contract
from etl.manifest import ATTEMPTS, Manifest
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.publish import current_manifest
from etl.rollups import worth_having
from etl.snapshot import open_snapshot
from etl.sources import find_sources, land
from etl.words import Language

REPEATS = 3
CLICKS = 15
MILLION, SIZES, DAYS_OF_A_YEAR = 1_000_000, (1, 4, 16), 365
SUMMED = worth_having(MILLION)


def generation(folder: Path, attempts: int) -> None:
    """Whole commands: large days show the engine, the demo's small ones the cost of a file."""
    runs = [
        _generated(folder, what, days, count, jobs)
        for what, days, count, jobs in (
            ("one process", 40, 4 * attempts, 1),
            ("two processes", 40, 4 * attempts, 2),
            ("demo, 365 small days", 365, attempts, 1),
        )
    ]
    for name, rows_of, count in peers():
        rows_of(folder, 1_000)
        runs.append(Timed(name, count, timed(lambda rows_of=rows_of, count=count: rows_of(folder, count))))
    show(f"Generation of {len(COLUMN_NAMES)} columns to Parquet, start of the command included", runs, runs[0])


def growing(folder: Path) -> None:
    """A year of ever more attempts by one process: the speed should stay, and memory grow with people and days only."""
    runs = [_generated(folder / "year", f"{size} M attempts", DAYS_OF_A_YEAR, size * MILLION, 1) for size in SIZES]
    shutil.rmtree(folder / "year")
    show("Generation of a year by one process", runs, runs[0])


def _generated(folder: Path, what: str, days: int, attempts: int, jobs: int) -> Timed:
    world = folder / "world"
    shutil.rmtree(world, ignore_errors=True)
    order = ["--days", str(days), "--attempts", str(attempts), "--jobs", str(jobs)]
    command = [sys.executable, "-m", "synthetic_data", "--home", str(world), *order]
    run = ran(command)
    return run.of(what, json.loads((world / "logs" / "manifest.json").read_text())["rows"])


def loading(folder: Path) -> Path:
    """The demo's log into a home; what the contract check, the writing and the publishing cost is told apart."""
    home = folder / "home"
    start = time.perf_counter()
    result = add_files(Home(home), [folder / "world" / "logs"], load_profile("contract"), lambda *_: None)
    whole = time.perf_counter() - start
    rows = result.load.rows_read if result.load else 0
    parts = [home / part.path for part in current_manifest(Home(home)).of_kind(ATTEMPTS)]
    hashing = timed(lambda: [duck.sha256(path) for path in parts])
    steps = [
        Timed("log → live snapshot", rows, whole),
        *_intake(folder, rows),
        Timed("hashing the parts", rows, hashing),
    ]
    show("Loading", steps, steps[0])
    return home


def _intake(folder: Path, rows: int) -> list[Timed]:
    """Each step of the intake alone over the whole log."""
    with duck.workbench(folder) as connection:
        intake = Intake(Home(folder), Manifest(), load_profile("contract"))
        intake.lay_tables(connection)
        land(connection, find_sources([folder / "world" / "logs"]), intake.profile)
        steps = {
            "held against the contract": lambda: hold_to_contract(connection),
            "compared with what is stored": lambda: intake._compare(connection),
            "writing the parts": lambda: write_by_day(connection, "kept", folder / "w"),
        }
        return [Timed(what, rows, timed(step)) for what, step in steps.items()]


def summing(folder: Path, home: Path) -> None:
    """Store → rollups: ours, bare DuckDB group-bys of the same rollups, pandas doing the same."""
    parts = [home / part.path for part in current_manifest(Home(home)).of_kind(ATTEMPTS)]
    rows = sum(part.rows for part in current_manifest(Home(home)).of_kind(ATTEMPTS))
    ours, bare, frames = [], [], []
    for _ in range(REPEATS):
        ours.append(timed(lambda: _ours(folder, parts)))
        bare.append(timed(lambda: _bare(parts)))
        frames.append(timed(lambda: _pandas(parts)))
    runs = [
        Timed("Refusal Lens", rows, statistics.median(ours)),
        Timed("bare DuckDB", rows, statistics.median(bare)),
        Timed("pandas", rows, statistics.median(frames)),
    ]
    show("Store → rollups (median of 3, interleaved)", runs, runs[0])
    _each_rollup(parts)


def _each_rollup(parts: list[Path]) -> None:
    """How far the bare engine itself is ahead of pandas, rollup by rollup: what no code around it can beat."""
    title = "One rollup at a time, from the files: seconds"
    table = Table("rollup", "bare DuckDB", "pandas", "pandas ÷ DuckDB", title=title, title_justify="left")
    for rollup in SUMMED:
        bare, frame = timed(lambda r=rollup: _bare(parts, (r,))), timed(lambda r=rollup: _pandas(parts, (r,)))
        table.add_row(rollup, f"{bare:.2f}", f"{frame:.2f}", f"{frame / bare:.1f}")
    console.print(table)


def _ours(folder: Path, parts: list[Path]) -> None:
    target = folder / "bench.duckdb"
    target.unlink(missing_ok=True)
    with duck.workbench(folder) as connection:
        duck.attach(connection, target, "snap", read_only=False)
        duck.open_parts(connection, "attempts", parts)
        sum_up(connection, frozenset())


def _bare(parts: list[Path], rollups: tuple[str, ...] = SUMMED) -> None:
    """The same rollups, each grouped straight from the files into a database file."""
    with tempfile.TemporaryDirectory() as name, duckdb.connect(str(Path(name) / "bare.duckdb")) as connection:
        connection.read_parquet([str(path) for path in parts]).create_view("attempts")
        for rollup in rollups:
            keys = ", ".join(_keys(rollup))
            sums = "count(*) as n, sum(amount_requested) as money, count(amount_requested) as known"
            connection.execute(f"create table {rollup} as select {keys}, {sums} from attempts group by all")  # noqa: S608 (literals)


def _pandas(parts: list[Path], rollups: tuple[str, ...] = SUMMED) -> None:
    frame = pd.read_parquet(parts, partitioning=None, columns=[*_keys(rollups[0]), "amount_requested"])
    frame["amount_requested"] = frame["amount_requested"].astype("float64")
    for rollup in rollups:
        grouped = frame.groupby(_keys(rollup), dropna=False, observed=True)["amount_requested"]
        grouped.agg(["size", "sum", "count"])


def _keys(rollup: str) -> list[str]:
    wide = ["day", "hour", "region", "city", "channel", "product", "app_version", "os", "release_ring", "partner"]
    keys = {
        "rollup_wide": [*wide, "policy_version", "scheme", "evaluation"],
        "rollup_region": ["day", "region"],
        "rollup_hour": ["day", "hour"],
        "rollup_offer": ["day", "channel", "product"],
        "rollup_device": ["day", "app_version", "os", "release_ring"],
        "rollup_funding": ["day", "partner", "policy_version", "scheme", "evaluation"],
        "rollup_day": ["day"],
    }[rollup]
    return [*keys, "stage", "currency", "outcome", "reason_codes"]


def clicking(home: Path) -> None:
    """Every question that each view asks when it opens, asked again and again: server time of the query layer."""
    snapshot = open_snapshot(home)
    table = Table("view", "questions", "p50 ms", "p95 ms", title="All questions of a view", title_justify="left")
    for view in VIEWS:
        if asked := asked_by(view, snapshot, opening(snapshot.info, Language.EN)):
            cost = spread(partial(ask_again, asked), CLICKS)
            table.add_row(view, str(len(asked)), f"{cost.p50:.1f}", f"{cost.p95:.1f}")
    console.print(table)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--attempts", type=int, default=1_200_000)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="refusal-lens-bench-") as name:
        folder = Path(name)
        growing(folder)
        generation(folder, chosen.attempts)
        home = loading(folder)
        own_logs(folder)
        summing(folder, home)
        clicking(home)


if __name__ == "__main__":
    main()
