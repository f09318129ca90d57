"""The attempts behind a number as CSV, made while it is read: however many there are, no more than a day is held."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from etl.catalogue.dimensions import DIMENSIONS
from etl.command_line import console
from etl.errors import InvalidValue
from etl.export import neutralised
from etl.report import out_console, table_of
from etl.row_words import spoken
from etl.rows import BATCH, Rows
from etl.snapshot import Snapshot
from etl.words import Language

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

IN_A_TERMINAL = ("attempted_at", "weight", "outcome", "reasons", "amount_requested", "region", "product", "applicant")
BOM = b"\xef\xbb\xbf"
OWN = ("attempted_at", "zone", "decided_at", "applicant", "attempt")
"""Texts that are made here and that no spreadsheet takes for a formula."""
LISTS = {"reasons": "reason", "causes": "cause"}
"""Columns of several values joined by `|`, and the dimension that each value is of."""
MOST_IN_A_SHEET = 1_048_575
"""Rows below the headings that a spreadsheet holds."""


def csv_chunks(rows: Rows, language: Language, *, is_newest_first: bool = True) -> Generator[bytes, None, None]:
    """All rows: UTF-8 with BOM, CRLF, machine headers, a column of labels beside every column of codes.

    Texts that a spreadsheet would run are guarded as in `etl.export`. Raises `DamagedSnapshot` where a part of the
    store is missing or changed, also after some of the file was given.
    """
    yield BOM + _line(headers(rows))
    for batch in rows.batches(is_newest_first=is_newest_first):
        yield _lines(batch, rows.snapshot, language)


def write_csv(rows: Rows, out: Path, language: Language) -> None:
    """All rows into a file, or where it is `-` to standard output. A file that was not finished is not left there."""
    if str(out) == "-":
        sys.stdout.buffer.writelines(csv_chunks(rows, language))
        return
    unfinished = out.with_name(f"{out.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(csv_chunks(rows, language))
        unfinished.replace(out)
    except OSError as problem:
        raise InvalidValue(f"--csv {out} cannot be written: {problem.strerror}") from problem
    finally:
        unfinished.unlink(missing_ok=True)
    console.print(f"Written to {out}: rows {rows.total:,}")


def print_rows(rows: Rows, most: int, language: Language) -> None:
    """The newest rows on the screen, in the columns that fit there, and how many there are."""
    page = rows.page(0, most)
    out_console.print(table_of(spoken(page, IN_A_TERMINAL, rows.snapshot, language), ""))
    weighed = f", counting as {rows.weight:,.6g}" if rows.is_weighed else ""
    console.print(f"{len(page):,} of {rows.total:,}{weighed}. All of them and every column: --csv FILE")


def headers(rows: Rows) -> list[str]:
    return [name for column in rows.columns for name in _beside(column.name)]


def likely_bytes(rows: Rows, page: pd.DataFrame, language: Language) -> int:
    """About how large the file of all rows is, going by some of them."""
    import pyarrow as pa

    sample = _lines(pa.RecordBatch.from_pandas(page, preserve_index=False), rows.snapshot, language)
    return len(sample) * rows.total // max(len(page), 1)


def _beside(name: str) -> tuple[str, ...]:
    return (name, f"{name}_label") if name in DIMENSIONS or name in LISTS else (name,)


def _line(names: list[str]) -> bytes:
    return (",".join(names) + "\r\n").encode()


def _lines(batch: pa.RecordBatch, snapshot: Snapshot, language: Language) -> bytes:
    import pyarrow as pa
    from pyarrow import csv

    columns: dict[str, pa.Array] = {}
    for name, cells in zip(batch.schema.names, batch.columns, strict=True):
        is_foreign_text = pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)
        columns[name] = _each(cells, neutralised) if is_foreign_text and name not in OWN else cells
        for label in _beside(name)[1:]:
            columns[label] = _each(cells, partial(_label, name, snapshot, language))
    written = BytesIO()
    options = csv.WriteOptions(include_header=False, eol="\r\n", batch_size=BATCH)
    csv.write_csv(pa.RecordBatch.from_pydict(columns), written, options)
    return written.getvalue()


def _each(cells: pa.Array, spell: Callable[[str], str]) -> pa.Array:
    """Every text spelled anew; texts come again, so each is seen once."""
    import pyarrow as pa

    coded = cells.cast(pa.string()).dictionary_encode()
    spelled = pa.array([spell(text) for text in coded.dictionary.to_pylist()], pa.string())
    return spelled.take(coded.indices)


def _label(name: str, snapshot: Snapshot, language: Language, text: str) -> str:
    values = text.split("|") if name in LISTS else [text]
    return neutralised("|".join(snapshot.label(LISTS.get(name, name), value, language) for value in values))
