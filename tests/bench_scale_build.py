"""From the log to sums: ours beside bare DuckDB, Polars, pandas and Spark, each a process of its own."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import bench_scale_peers as peers
from bench_scale_world import Year, rows_of
from bench_tables import Failed, Timed, console, ran

from etl.snapshot import Snapshot

MEASURES = {"attempts", "amount_cents", "amounts_known"}
MOST_SECONDS = 900
"""For a peer; what takes longer is told as such."""
ROOM = 0.6
"""The share of the free memory that a peer may be expected to need."""
GUESSED = {"DuckDB": 0, "Polars": 400, "pandas": 900}
"""Bytes a row, before a smaller run has told; DuckDB keeps to its limit."""
KILOBYTE, MEGABYTE = 1024, 1024**2


def keys_of(snapshot: Snapshot) -> peers.Keys:
    """The keys of each rollup as columns of the log, the widest first."""
    found = {}
    for name, columns, _ in sorted(snapshot.rollups, key=lambda rollup: -len(rollup[1])):
        found[name] = sorted({"reason_codes" if key == "reason_set_id" else key for key in columns - MEASURES})
    return found


def by_peers(year: Year, snapshot: Snapshot, folder: Path, known: dict[str, float]) -> list[Timed]:
    """Each peer that is installed, fits in memory and ends in time; `known` are bytes a row from smaller runs."""
    rows, keys = rows_of(year.files), json.dumps(keys_of(snapshot))
    runs = []
    for engine in peers.ROLLUPS:
        if reason := _why_not(engine, rows, known):
            console.print(f"{engine}: {reason}")
            continue
        target = folder / engine
        target.mkdir()
        script = [sys.executable, peers.__file__, engine, str(year.logs), str(target), keys]
        if run := _tried(f"{engine}: log → the same rollups", script, rows):
            known[engine] = (run.megabytes or 0) * MEGABYTE / rows
            runs.append(run)
        shutil.rmtree(target)
    return runs


def _why_not(engine: str, rows: int, known: dict[str, float]) -> str:
    if engine == "Polars" and not importlib.util.find_spec("polars"):
        return "left out, the package polars is not installed (extra `bench`)"
    needed = rows * (known.get(engine, 0) or GUESSED[engine])
    if engine != "DuckDB" and needed > ROOM * free_memory():
        return f"left out, {rows:,} rows would need about {needed / 1e9:.0f} GB of {free_memory() / 1e9:.0f} GB free"
    return ""


def free_memory() -> int:
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) * KILOBYTE


def by_spark(year: Year, folder: Path) -> list[Timed]:
    """Our own engine on two local cores, where there is one."""
    if not shutil.which("java") or not importlib.util.find_spec("pyspark"):
        console.print("Spark: left out, it needs Java and the package pyspark (extra `bench`)")
        return []
    about = subprocess.run([sys.executable, "-m", "etl", "build", "--help"], capture_output=True, text=True, check=True)
    if "--engine" not in about.stdout:
        console.print("Spark: left out, `python -m etl build` has no option --engine")
        return []
    home = folder / "spark"
    order = ["--engine", "spark", "--master", "local[2]", "--source", str(year.logs), "--home", str(home)]
    run = _tried(
        "Spark local[2]: log → live snapshot", [sys.executable, "-m", "etl", "build", *order], rows_of(year.files)
    )
    shutil.rmtree(home, ignore_errors=True)
    return [Timed(run.what, run.rows, run.seconds)] if run else []  # what its Java needs is not counted with it


def _tried(what: str, command: list[str], rows: int) -> Timed | None:
    try:
        return ran(["timeout", str(MOST_SECONDS), *command]).of(what, rows)
    except Failed as problem:
        console.print(f"{what}: {problem}")
        return None
