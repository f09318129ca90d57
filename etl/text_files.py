"""Text files as numbered rows of text: CSV by the names of its columns, JSON lines by their keys.

A file that is plain is read by DuckDB as it stands, and taken only if every line of it became one row of the right
width. Any other file is written anew first (`etl.staging`), where every record carries the number of its line.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from glob import escape
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

from etl.catalogue.fixes import Fix
from etl.dialects import QUOTE, Dialect, check_names, known_columns, read_dialect
from etl.duck import MALFORMED_COLUMNS, Connection, copy_table, count, keep_no_objects, make, make_table, rows_of
from etl.encodings import decoded_start
from etl.identifiers import masked
from etl.magic import BYTE_ORDER_MARK, check_text
from etl.plain import plain_lines
from etl.profile import ROW, Profile
from etl.records import JSON_LINES
from etl.staging import Staged, stage
from etl.unpacking import PACKED, beginning

CSV_ENDINGS, JSON_ENDINGS = (
    tuple(f"{ending}{packed}" for ending in endings for packed in ("", *PACKED))
    for endings in ((".csv", ".tsv"), (".jsonl", ".ndjson"))
)
READ, ROWS, LINES = "text_file", "text_rows", "lines"
WHOLE = 2**62

Lines = tuple[int, int]
"""The numbers of the first and the last."""


def staged_pieces(path: Path, profile: Profile, folder: Path | None, largest: int) -> Iterator[Staged]:
    """A file written anew in pieces below `folder`, each there until the next is asked for."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".staging-") as name:
        yield from stage(path, _dialect(path, profile), Path(name), largest)


def land_text(connection: Connection, path: Path, profile: Profile, folder: Path | None) -> Counter[str]:
    """Make `numbered` (the columns and the line of every row) and `malformed` of a whole file; what was mended."""
    dialect = _dialect(path, profile)
    lines = plain_lines(path) if dialect.is_plain or dialect is JSON_LINES else None
    if lines is not None and _read_as_it_stands(connection, path, dialect, (1, lines)):
        make_table(connection, "malformed", MALFORMED_COLUMNS, [])
        _number(connection, dialect, (1, lines))
        _unpack(connection, masked(path.name), dialect, [])
        has_mark = beginning(path, len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK
        return +(dialect.fixes + Counter({Fix.BYTE_ORDER_MARK.value: int(has_mark)}))
    fixes: Counter[str] = Counter()
    for whole in staged_pieces(path, profile, folder, WHOLE):
        fixes = land_staged(connection, masked(path.name), whole)
    return fixes


def land_staged(connection: Connection, file_name: str, staged: Staged, expected: tuple[str, ...] = ()) -> Counter[str]:
    """The same of a piece. `expected`: keys that objects of JSON may have though none in this piece has."""
    dialect = staged.dialect
    if staged.lines and not _read_as_it_stands(connection, staged.path, dialect, staged.lines):
        return land_staged(connection, file_name, staged.numbered(), expected)
    if not staged.lines:
        names = [ROW, *dialect.names]
        _read(connection, staged.path, names, staged.delimiter, quote="" if _is_json(dialect) else QUOTE)
    make_table(connection, "malformed", MALFORMED_COLUMNS, [(file_name, *line) for line in staged.malformed])
    _number(connection, dialect, staged.lines)
    _unpack(connection, file_name, dialect, list(expected))
    return staged.fixes


def mapped_columns(profile: Profile) -> tuple[str, ...]:
    return () if profile.is_contract else tuple(sorted(known_columns(profile)))


def _dialect(path: Path, profile: Profile) -> Dialect:
    """How the file is laid out; `UnreadableInput` where it is no text of the kind that its name promises."""
    is_json = path.name.endswith(JSON_ENDINGS)
    check_text(path, is_json=is_json)
    return JSON_LINES if is_json else read_dialect(decoded_start(beginning(path)), path.name, profile)


def _is_json(dialect: Dialect) -> bool:
    return dialect is JSON_LINES


def _read_as_it_stands(connection: Connection, path: Path, dialect: Dialect, lines: Lines) -> bool:
    """Whether every line became one row; DuckDB stops at the first that does not split, or is not UTF-8."""
    quote, first = "" if _is_json(dialect) else QUOTE, _first_row(dialect, lines)
    try:
        _read(connection, path, list(dialect.names), dialect.delimiter, quote, header=first > lines[0])
    except duckdb.Error:
        return False
    return count(connection, ROWS) == lines[1] + 1 - first


def _first_row(dialect: Dialect, lines: Lines) -> int:
    """The number of the first line that is a row."""
    return max(lines[0], dialect.lines_before + 1)


def _read(
    connection: Connection, path: Path, names: list[str], delimiter: str, quote: str, *, header: bool = False
) -> None:
    """The rows as text in `ROWS`, in the order of the file, nothing guessed."""
    columns = {name: "bigint" if name == ROW else "varchar" for name in names}
    connection.read_csv(
        escape(str(path)),
        header=header,
        auto_detect=False,
        delimiter=delimiter,
        quotechar=quote,
        escapechar=quote,
        columns=columns,
    ).create_view(READ, replace=True)
    copy_table(connection, READ, ROWS)


def _number(connection: Connection, dialect: Dialect, lines: Lines | None) -> None:
    """`lines`: the first and the last where each is a row; otherwise the rows carry their numbers."""
    position = ColumnExpression("rowid") + ConstantExpression(_first_row(dialect, lines)) if lines else None
    line = ColumnExpression(ROW) if position is None else position
    name = LINES if _is_json(dialect) else "numbered"
    columns = [ColumnExpression(column) for column in dialect.names]
    connection.table(ROWS).select(*columns, line.alias(ROW)).create_view(name, replace=True)


def _unpack(connection: Connection, file_name: str, dialect: Dialect, expected: list[str]) -> None:
    """For JSON: a row of `numbered` for every object, with a column of text for every key; lists stay JSON."""
    if not _is_json(dialect):
        return
    for model in ("objects", "no_objects"):
        make(connection, "files", model)
    keys = [key for (key,) in rows_of(connection, "files", "keys")]
    keys += [key for key in expected if key not in keys]
    check_names(keys, file_name)
    shape = ConstantExpression(json.dumps(dict.fromkeys(keys, "VARCHAR")))
    fields = FunctionExpression("unnest", FunctionExpression("json_transform", ColumnExpression("line"), shape))
    connection.table("objects").select(fields, ColumnExpression(ROW)).to_table("objects_unpacked")
    connection.table("objects_unpacked").select(StarExpression()).create_view("numbered", replace=True)
    keep_no_objects(connection, file_name)
