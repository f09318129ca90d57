"""Text files as rows of text: CSV by the names in its header, JSON lines by their keys; plain, gzip or Zstandard."""

import csv
import json
from collections import Counter
from glob import escape
from pathlib import Path

import duckdb
import pyarrow as pa
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from etl.duck import Connection, split_json
from etl.errors import UnreadableInput
from etl.profile import ROW, TECHNICAL

LONGEST_HEADER = 1_000_000
CHUNK = 1_000_000
PACKED = (".gz", ".zst")
NO_JSON = "\x01"
"""A character that cannot stand in JSON unescaped, so that no line of JSON is split."""


def csv_rows(connection: Connection, path: Path, delimiter: str) -> duckdb.DuckDBPyRelation:
    """Every data row as text, with its position; lines that do not split are left where DuckDB puts them."""
    delimiter = "\t" if ".tsv" in path.name else delimiter
    return _read(connection, path, _header(path, delimiter), header=True, delimiter=delimiter, quote='"')


def json_rows(connection: Connection, path: Path) -> duckdb.DuckDBPyRelation:
    """A row for every JSON object, a column of text for every key of any of them; lists and objects stay JSON."""
    try:
        _beginning(path)
    except OSError as problem:
        raise UnreadableInput(f"{path.name} cannot be read: {problem}") from problem
    _read(connection, path, ["line"], header=False, delimiter=NO_JSON, quote="").to_table("lines")
    keys = split_json(connection)
    check_names(keys, path.name)
    shape = ConstantExpression(json.dumps(dict.fromkeys(keys, "VARCHAR")))
    fields = FunctionExpression("json_transform", ColumnExpression("line"), shape)
    unpacked = FunctionExpression("unnest", fields)
    return connection.table("objects").select(unpacked, ColumnExpression(ROW))


def _read(
    connection: Connection, path: Path, names: list[str], *, header: bool, delimiter: str, quote: str
) -> duckdb.DuckDBPyRelation:
    """The rows as text, nothing guessed, each with its position."""
    relation = connection.read_csv(
        escape(str(path)),
        header=header,
        auto_detect=False,
        delimiter=delimiter,
        quotechar=quote,
        escapechar=quote,
        columns=dict.fromkeys(names, "varchar"),
        store_rejects=True,
    )
    numbered = relation.row_number(window_spec="over ()", projected_columns="*")
    *columns, position = numbered.columns
    return numbered.select(*map(ColumnExpression, columns), ColumnExpression(position).alias(ROW))


def _header(path: Path, delimiter: str) -> list[str]:
    """The column names in a file's first line; `UnreadableInput` where there is none or one comes twice."""
    try:
        line = _beginning(path).partition(b"\n")[0]
        names = next(csv.reader([line.decode("utf-8-sig").removesuffix("\r")], delimiter=delimiter, strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableInput(f"{path.name} cannot be read: {problem}") from problem
    if len(line) > LONGEST_HEADER:
        raise UnreadableInput(f"{path.name}: the first line is too long to be the names of columns")
    if not names or len(set(names)) < len(names) or not all(names):
        raise UnreadableInput(f"{path.name}: the first line must name every column once; it reads {names[:8]}")
    check_names(names, path.name)
    return names


def _beginning(path: Path) -> bytes:
    """The first bytes of a file, unpacked; one that is packed is read to its end, where its checksum is."""
    with pa.input_stream(path) as file:
        start: bytes = file.read(LONGEST_HEADER + 1)
        while path.suffix in PACKED and file.read(CHUNK):
            pass
    return start


def check_names(names: list[str], place: str) -> None:
    """A file whose columns we could not tell apart, or from our own, is refused: DuckDB's names know no case."""
    times = Counter(name.lower() for name in names)
    alike = [name for name in names if times[name.lower()] > 1]
    if alike:
        raise UnreadableInput(f"{place}: the columns {', '.join(alike[:8])} differ only in case; rename all but one")
    for name in names:
        if name.lower() in TECHNICAL:
            raise UnreadableInput(f"{place}: the column {name} has a name that is kept for our own use; rename it")
