"""Sources that have types of their own: Parquet files, and tables in a DuckDB database file, opened read-only."""

from collections import Counter
from collections.abc import Mapping
from glob import escape
from pathlib import Path

import duckdb
from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    FunctionExpression,
    StarExpression,
)

from etl import duck
from etl.dialects import check_names
from etl.errors import UnknownName, UnreadableInput, shortened
from etl.identifiers import masked
from etl.profile import FILE, FILE_HASH, ROW, otherwise, replaced

SEPARATOR = "::"
DATABASE_ENDINGS = (".duckdb", ".db")
POSITION, PATH = "file_row_number", "filename"
GIVEN, MAIN = "given", "main"
NUMBERED = "numbered"

Rows = tuple[int, int]
"""The first row, counted from one, and the last."""


def land_parquet(connection: duck.Connection, hashes: Mapping[Path, str], rows: Rows | None) -> None:
    """Make the relation `numbered` of Parquet files: their columns, and of each row the file, its hash and number."""
    paths = list(hashes)
    named = [escape(str(path)) for path in paths]
    relation = connection.read_parquet(named, filename=True, file_row_number=True, union_by_name=True)
    check_names(relation.columns, paths[0].name)
    technical = (
        _by_path(_names(hashes)).alias(FILE),
        _by_path({str(path): digest for path, digest in hashes.items()}).alias(FILE_HASH),
        (ColumnExpression(POSITION) + ConstantExpression(1)).alias(ROW),
    )
    kept = _between(relation, POSITION, rows)
    kept.select(StarExpression(exclude=[PATH, POSITION]), *technical).create_view(NUMBERED, replace=True)


def land_table(connection: duck.Connection, path: Path, table: str, rows: Rows | None) -> None:
    """The same of a table, without the file; the rows of a view are numbered as they come."""
    relation = _attached(connection, path, table)
    check_names(relation.columns, path.name)
    if duck.has_relation(connection, GIVEN, table):
        kept = _between(relation, "rowid", rows)
        position = (ColumnExpression("rowid") + ConstantExpression(1)).alias(ROW)
        kept.select(StarExpression(), position).create_view(NUMBERED, replace=True)
        return
    counted = relation.row_number(window_spec="over ()", projected_columns="*")
    *columns, position_name = counted.columns
    numbered = counted.select(*map(ColumnExpression, columns), ColumnExpression(position_name).alias(ROW))
    numbered.create_view(NUMBERED, replace=True)


def with_times_as_text(relation: DuckDBPyRelation) -> DuckDBPyRelation:
    """Times as DuckDB writes them, once: whatever asks for the text of a column that is none writes it again."""
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    return relation.select(*(_time_as_text(name, type_) for name, type_ in types.items()))


def rows_in_parquet(path: Path) -> int:
    with duckdb.connect(":memory:") as connection:
        return duck.rows_in(connection, path)


def rows_in_table(path: Path, table: str) -> int | None:
    """How many rows a table has; None for a view, which has no rows of its own; one line where it is not there."""
    with duckdb.connect(":memory:") as connection:
        try:
            relation = _attached(connection, path, table)
            has_rows = duck.has_relation(connection, GIVEN, table)
            return int(relation.max("rowid").fetchall()[0][0] or 0) + 1 if has_rows else None
        except duckdb.Error as problem:
            raise UnreadableInput(f"{path} cannot be read: {str(problem).splitlines()[0]}") from problem


def ranges(rows: int, at_once: int) -> list[Rows]:
    return [(first, min(first + at_once - 1, rows)) for first in range(1, rows + 1, at_once)]


def _attached(connection: duck.Connection, path: Path, table: str) -> DuckDBPyRelation:
    duck.attach(connection, path, GIVEN, read_only=True)
    known = _relations(connection)
    if not table:
        name = f"{path.name}{SEPARATOR}TABLE"
        raise UnreadableInput(f"{path.name} is a database; say which table: {name} (tables: {shortened(known)})")
    if table not in known:
        raise UnknownName(f"table of {path.name}", table, known)
    schema, _, name = table.rpartition(".")
    return connection.table(f"{GIVEN}.{schema or MAIN}.{_quoted(name)}")


def _time_as_text(name: str, type_: str) -> duckdb.Expression:
    """A moment that knows its zone is written in UTC, ten times as fast as by way of a zone's calendar."""
    column = ColumnExpression(name)
    if not type_.startswith("TIMESTAMP"):
        return column
    text = column.cast("varchar")
    if type_ == "TIMESTAMP WITH TIME ZONE":
        in_utc = FunctionExpression("make_timestamp", FunctionExpression("epoch_us", column)).cast("varchar")
        finite = FunctionExpression("concat", in_utc, ConstantExpression("+00"))
        text = otherwise(CaseExpression(FunctionExpression("isfinite", column), finite), text)
    return text.alias(name)


def _relations(connection: duck.Connection) -> list[str]:
    """The tables and views of the database; those that are not in its main schema with their schema."""
    found = [row[1:] for row in duck.rows_of(connection, "files", "relations") if row[0] == GIVEN]
    return sorted(name if schema == MAIN else f"{schema}.{name}" for schema, name in found)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _between(relation: DuckDBPyRelation, position: str, rows: Rows | None) -> DuckDBPyRelation:
    if rows is None:
        return relation
    first, last = rows
    column = ColumnExpression(position)
    return relation.filter((column >= ConstantExpression(first - 1)) & (column <= ConstantExpression(last - 1)))


def _names(hashes: Mapping[Path, str]) -> dict[str, str]:
    """What a row's file is called: its name, with as many of its folders as tell the files of a batch apart.

    Identifiers in it are masked; names that are then the same begin with the hash of the content.
    """
    deepest = max(len(path.parts) for path in hashes)
    named = ({path: "/".join(path.parts[-depth:]) for path in hashes} for depth in range(1, deepest + 1))
    names = next(names for names in named if len(set(names.values())) == len(hashes))
    alike = Counter(map(masked, names.values()))
    return {
        str(path): masked(name) if alike[masked(name)] == 1 else f"{hashes[path]} {masked(name)}"
        for path, name in names.items()
    }


def _by_path(values: Mapping[str, str]) -> duckdb.Expression:
    return otherwise(replaced(ColumnExpression(PATH), values), ConstantExpression(""))
