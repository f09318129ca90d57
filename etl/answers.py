"""Answers of the command line: on the screen, as CSV, as Parquet with what is in it beside it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from etl.errors import InvalidValue, UnknownName
from etl.export import about, about_bytes, csv_bytes, guarded_csv, labelled
from etl.query import Question
from etl.report import out_console, table_of
from etl.snapshot import Snapshot
from etl.words import Language

FORMATS = ("table", "csv", "parquet")


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
        out_console.print(table_of(labelled(frame, snapshot, language), ""))
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
    if format == "csv":
        _written(out, lambda: out.write_bytes(csv_bytes(frame, snapshot, language)))
    else:
        _written(out, lambda: labelled(frame, snapshot, language).to_parquet(out, index=False))


def _written(out: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as problem:
        raise InvalidValue(f"--out {out} cannot be written: {problem.strerror}") from problem


def write_rows_kept_out(frame: pd.DataFrame, out: Path) -> None:
    """All of them as CSV for a spreadsheet."""
    _written(out, lambda: out.write_bytes(guarded_csv(frame)))
    out_console.print(f"Written to {out}: rows {len(frame):,}")
