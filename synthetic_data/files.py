"""Log files: a day's table as Parquet, CSV or JSON lines, always whole under its final name."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

UNIQUE_TEXTS = ("attempt_id", "root_attempt_id", "applicant_id")
"""Hardly any of them comes twice in a file."""

ISO_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Format(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


def file_name(day: date, format: Format) -> str:
    return f"attempts-{day}.{format}"


def day_of(name: str) -> date | None:
    """The day of a log file; None where that is no name of one."""
    day, dot, ending = name.removeprefix("attempts-").partition(".")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return found if name == f"attempts-{found}{dot}{ending}" and ending in set(Format) else None


def told_names(day: date) -> tuple[str, str]:
    """Where a day's truth and the labels of its spoiled lines lie in the truth folder, if there are any."""
    return f"attempts/attempts-{day}.parquet", f"dirty/dirty-{day}.parquet"


def encoded(log: pa.Table, format: Format) -> pa.Buffer:
    return ENCODERS[format](log)


def beside(path: Path) -> Path:
    """Where a file is written before it gets its final name."""
    return path.with_name(f".{path.name}.tmp")


def put(path: Path, content: str | pa.Buffer) -> None:
    """Writes beside the final name first, so that a file with a final name is always whole."""
    unfinished = beside(path)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
    unfinished.replace(path)


def parquet_bytes(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    packing = {field.name: _packing(field) for field in table.schema}
    pq.write_table(
        table,
        sink,
        compression={name: compression for name, (_, compression) in packing.items()},
        use_dictionary=[name for name, (encoding, _) in packing.items() if encoding is None],
        column_encoding={name: encoding for name, (encoding, _) in packing.items() if encoding},
        write_statistics=["attempted_at"],
    )
    return sink.getvalue()


def _packing(field: pa.Field) -> tuple[str | None, str]:
    """The encoding of a column (None: by dictionary) and its compression: what costs the least for its size."""
    if field.name in UNIQUE_TEXTS:
        return ("DELTA_LENGTH_BYTE_ARRAY" if field.name == "applicant_id" else "PLAIN"), "zstd"
    if pa.types.is_timestamp(field.type) or pa.types.is_integer(field.type):
        return "BYTE_STREAM_SPLIT", "lz4"
    return None, "none"


def _csv_bytes(log: pa.Table) -> pa.Buffer:
    """Without quotes, unless a text needs them. In one piece: pyarrow writes zeros where a table begins with none."""
    sink = pa.BufferOutputStream()
    plain = pa.table({name: _as_text(log[name]) for name in log.column_names}).combine_chunks()
    quoting = "needed" if any(_has_comma(plain[name]) for name in plain.column_names) else "none"
    sink.write((",".join(plain.column_names) + "\n").encode())
    pa.csv.write_csv(plain, sink, pa.csv.WriteOptions(include_header=False, quoting_style=quoting))
    return sink.getvalue()


def _jsonl_bytes(log: pa.Table) -> pa.Buffer:
    """Whole numbers stay whole where some are missing."""
    import pandas as pd  # which no other format needs

    nullable = {pa.int32(): pd.Int32Dtype()}
    plain = pa.table({name: _as_text(log[name]) for name in log.column_names})
    text = plain.to_pandas(types_mapper=nullable.get).to_json(orient="records", lines=True, force_ascii=False)
    return pa.py_buffer(text.encode())


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants as ISO 8601 with a Z, coded text as text; numbers stay numbers."""
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format=ISO_INSTANT)
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _has_comma(column: pa.ChunkedArray) -> bool:
    return pa.types.is_string(column.type) and bool(pc.any(pc.match_substring(column, ",")).as_py())


ENCODERS: dict[Format, Callable[[pa.Table], pa.Buffer]] = {
    Format.PARQUET: parquet_bytes,
    Format.CSV: _csv_bytes,
    Format.JSONL: _jsonl_bytes,
}
