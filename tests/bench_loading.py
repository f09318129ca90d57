"""How fast a lender's own files load, beside a bare reader and beside pandas; and what one more day costs."""

import shutil
import sys
from pathlib import Path

import duckdb
import pandas as pd
from bench_tables import Timed, ran, show, timed

from etl.home import Home
from etl.publish import current_manifest

DAYS, ATTEMPTS, YEAR, YEAR_ATTEMPTS = 40, 1_200_000, 365, 1_200_000
LAST = "2026-10-31"


def own_logs(folder: Path) -> None:
    """One large file of text and the same rows as Parquet, whole commands; then a day added to a year."""
    logs = _world(folder / "text", "csv", DAYS, ATTEMPTS)
    text, columnar = folder / "log.csv", folder / "log.parquet"
    rows = _joined(logs, text, columnar)
    whole = [
        _loaded(folder, "CSV → live snapshot", text, rows),
        _loaded(folder, "Parquet → live snapshot", columnar, rows),
    ]
    peers = [
        Timed("bare read_csv into a table", rows, timed(lambda: _bare(text, folder / "bare.duckdb"))),
        Timed("pandas read_csv and to_parquet", rows, timed(lambda: _pandas(text, folder / "pandas.parquet"))),
    ]
    title = (
        f"Loading a log of {text.stat().st_size / 1e6:,.0f} MB with the whole contract, start of the command included"
    )
    show(title, [*whole, *peers], whole[0])
    shutil.rmtree(folder / "text")
    _one_more_day(folder)


def _world(home: Path, format: str, days: int, attempts: int) -> Path:
    order = ["--format", format, "--days", str(days), "--attempts", str(attempts)]
    ran([sys.executable, "-m", "synthetic_data", "--home", str(home), *order])
    return home / "logs"


def _joined(logs: Path, text: Path, columnar: Path) -> int:
    """All days in one CSV file and in one Parquet file; their rows."""
    files = [str(path) for path in sorted(logs.glob("*.csv"))]
    with duckdb.connect() as connection:
        relation = connection.read_csv(files, all_varchar=True)
        relation.write_csv(str(text))
        relation.write_parquet(str(columnar))
        return len(relation)


def _loaded(folder: Path, what: str, file: Path, rows: int) -> Timed:
    home = folder / "loaded"
    shutil.rmtree(home, ignore_errors=True)
    run = ran([sys.executable, "-m", "etl", "load", str(file), "--home", str(home)])
    assert sum(load.rows_read for load in current_manifest(Home(home)).loads) == rows
    return run.of(what, rows)


def _bare(text: Path, database: Path) -> None:
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        connection.read_csv(str(text), all_varchar=True).create("log")


def _pandas(text: Path, columnar: Path) -> None:
    pd.read_csv(text, dtype="str").to_parquet(columnar)


def _one_more_day(folder: Path) -> None:
    """A year without its last day is loaded; then that day, from the command to the published snapshot."""
    logs, home = _world(folder / "year", "parquet", YEAR, YEAR_ATTEMPTS), folder / "growing"
    (logs / "manifest.json").unlink()
    last = logs / f"attempts-{LAST}.parquet"
    last.rename(folder / last.name)
    ran([sys.executable, "-m", "etl", "load", str(logs), "--home", str(home)])
    run = ran([sys.executable, "-m", "etl", "load", str(folder / last.name), "--home", str(home)])
    day = run.of("one more day, published", current_manifest(Home(home)).loads[-1].rows_read)
    show(f"Adding a day to a year of {YEAR_ATTEMPTS:,} attempts", [day], day)
