"""What the command line shows: load counts, status, and answers as a table, CSV or Parquet."""

import sys
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from etl.errors import InvalidValue, UnknownName
from etl.export import about, about_bytes, csv_bytes, labelled
from etl.manifest import Load
from etl.query import Question
from etl.snapshot import Snapshot
from etl.words import Language

FORMATS = ("table", "csv", "parquet")
out_console = Console(width=None if sys.stdout.isatty() else 160, markup=False, highlight=False)


def print_load(load: Load | None) -> None:
    """The counts of one load: read = loaded + duplicates + quarantined."""
    if load is None:
        out_console.print("No new file; every one was loaded before.")
        return
    table = Table("read", "loaded", "duplicates", "quarantined", title=f"Load {load.id} ({len(load.files)} files)")
    table.add_row(*(f"{value:,}" for value in (load.rows_read, load.loaded, load.duplicates, load.quarantined)))
    out_console.print(table)


def print_status(snapshot: Snapshot) -> None:
    """Everything about the live snapshot that an analyst checks before trusting it."""
    info, rows = snapshot.info, snapshot.reconciliation()
    kind = "SYNTHETIC" if info.is_synthetic else "real"
    out_console.print(f"Snapshot {snapshot.id} ({kind}), published {info.published_at:%Y-%m-%d %H:%M} UTC")
    zone = f", zone {info.business_zone}" if info.time_grain == "instant" else f", by {info.time_grain}"
    out_console.print(f"Days {info.first_day} to {info.last_day}, as of {info.as_of}{zone}")
    out_console.print(
        f"Rows read {rows.rows_read:,} = loaded {rows.loaded:,} + duplicates {rows.duplicates:,}"
        f" + quarantined {rows.quarantined:,}"
    )
    out_console.print(
        f"Attempts {rows.attempts:,} = approved {rows.approved:,} + refused {rows.refused:,}"
        f" + withdrawn {rows.withdrawn:,} + pending {rows.pending:,}; excluded {rows.excluded:,}"
    )
    for title, frame in (
        ("Loads", snapshot.loads()),
        ("Rules broken", snapshot.quarantine()),
        ("Unmapped codes", snapshot.unmapped()),
    ):
        if len(frame):
            out_console.print(_table(frame, title))


def write(
    frame: pd.DataFrame,
    snapshot: Snapshot,
    question: Question,
    format: str,
    out: Path | None,
    language: Language,
) -> None:
    """The answer in the format asked, to standard output or a file with its facts in a sidecar."""
    if format not in FORMATS:
        raise UnknownName("format", format, FORMATS)
    if format == "table" and out is None:
        out_console.print(_table(labelled(frame, snapshot, language), ""))
        return
    if format == "table" or (format == "parquet" and out is None):
        raise InvalidValue(
            "a table goes to the screen and Parquet to a file; use --format csv, or --format parquet --out FILE"
        )
    if out is None:
        sys.stdout.buffer.write(csv_bytes(frame, snapshot, language))
        return
    _write_file(frame, snapshot, format, out, language)
    facts = about(frame, snapshot, question, language)
    out.with_name(f"{out.stem}.about.json").write_bytes(about_bytes(facts))


def _write_file(frame: pd.DataFrame, snapshot: Snapshot, format: str, out: Path, language: Language) -> None:
    try:
        if format == "csv":
            out.write_bytes(csv_bytes(frame, snapshot, language))
        else:
            labelled(frame, snapshot, language).to_parquet(out, index=False)
    except OSError as problem:
        raise InvalidValue(f"--out {out} cannot be written: {problem.strerror}") from problem


def _table(frame: pd.DataFrame, title: str) -> Table:
    table = Table(title=title or None)
    for name in frame.columns:
        table.add_column(Text(name), justify="right" if pd.api.types.is_numeric_dtype(frame[name]) else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(_shown(value)) for value in row))
    return table


def _shown(value: object) -> str:
    if isinstance(value, float):
        return "–" if pd.isna(value) else f"{value:,.4f}"
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return f"{value:,}" if isinstance(value, int) else str(value)
