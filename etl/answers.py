"""Answers of the command line: on the screen, as CSV, workbook or Parquet with what is in it beside it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from etl.errors import InvalidValue, UnknownName
from etl.export import about, about_bytes, csv_bytes, guarded_csv, labelled, parquet_bytes
from etl.query import Question
from etl.report import out_console, table_of
from etl.snapshot import Snapshot
from etl.words import Language
from etl.workbook import xlsx_bytes

FORMATS = ("table", "csv", "xlsx", "parquet")
FILES_ONLY = ("xlsx", "parquet")


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
    if format == "table" or (format in FILES_ONLY and out is None):
        raise InvalidValue(
            "a table goes to the screen, workbooks and Parquet to a file;"
            " use --format csv, or --format parquet --out FILE"
        )
    if out is None:
        sys.stdout.buffer.write(csv_bytes(frame, snapshot, language))
        return
    facts = about(frame, snapshot, question, language)
    made = _made(labelled(frame, snapshot, language), facts, format, language)
    _written(out, lambda: out.write_bytes(made))
    out.with_name(f"{out.stem}.about.json").write_bytes(about_bytes(facts))


def _made(table: pd.DataFrame, facts: dict[str, Any], format: str, language: Language) -> bytes:
    if format == "csv":
        return guarded_csv(table)
    return xlsx_bytes(table, facts, language) if format == "xlsx" else parquet_bytes(table, facts)


def _written(out: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as problem:
        raise InvalidValue(f"--out {out} cannot be written: {problem.strerror}") from problem


def write_rows_kept_out(frame: pd.DataFrame, out: Path) -> None:
    """All of them as CSV for a spreadsheet."""
    _written(out, lambda: out.write_bytes(guarded_csv(frame)))
    out_console.print(f"Written to {out}: rows {len(frame):,}")
