"""DuckDB's plumbing: connections, running a model file, reading and writing files. No number is defined here."""

import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

Connection = duckdb.DuckDBPyConnection

MEMORY_LIMIT = "4GB"
SPILLED = ".spill"
"""Where DuckDB puts what does not fit in memory; it stays where a process is killed."""
MALFORMED_COLUMNS = "source_file varchar, source_row bigint, raw varchar"


@contextmanager
def workbench(folder: Path) -> Iterator[Connection]:
    """An in-memory DuckDB that spills below `folder`, with UTC as its clock, closed at the end."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"set temp_directory = '{_quoted(folder / SPILLED)}'")
        yield connection
    finally:
        connection.close()


@contextmanager
def staging_folder(store: Path) -> Iterator[Path]:
    """A folder for files that are not finished; what a killed run leaves of it the next one clears."""
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store, prefix=".staging-") as name:
        yield Path(name)


def model(folder: str, name: str) -> str:
    """The text of `etl/models/<folder>/<name>.sql`."""
    return resources.files("etl").joinpath("models", folder, f"{name}.sql").read_text(encoding="utf-8")


def make(connection: Connection, folder: str, name: str) -> None:
    """Run a model and keep its rows as a table of the same name."""
    connection.execute(f"create or replace table {name} as {model(folder, name)}")


def make_view(connection: Connection, folder: str, name: str) -> None:
    """Let a model be asked by its name; nothing is copied."""
    connection.execute(f"create or replace view {name} as {model(folder, name)}")


def rename_view(connection: Connection, name: str, new_name: str) -> None:
    connection.execute(f"alter view {name} rename to {new_name}")


def make_table(connection: Connection, name: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    """A small table from Python values. `columns` is a DuckDB column list such as `rule varchar, rows bigint`."""
    connection.execute(f"create or replace table {name} ({columns})")
    if rows:
        lists = ", ".join(f"unnest(cast(? as {type_}[]))" for type_ in connection.table(name).types)
        connection.execute(f"insert into {name} select {lists}", [list(values) for values in zip(*rows, strict=True)])


def keep_no_objects(connection: Connection, file_name: str) -> None:
    """Add the lines that are no JSON object to `malformed`."""
    connection.execute("insert into malformed select ?, __row, line from no_objects", [file_name])


def read_parts(connection: Connection, name: str, paths: list[Path], like: str) -> None:
    """A view `name` with the columns of the relation `like` over Parquet files, and the path of each row's as `part`.

    Columns that the files lack are null.
    """
    shape = connection.query(f"from {like}")
    part = ColumnExpression("filename").alias("part")
    if not paths:
        nowhere = ConstantExpression(None).cast("varchar").alias("part")
        shape.select(StarExpression(), nowhere).limit(0).create_view(name, replace=True)
        return
    stored = connection.read_parquet([str(path) for path in paths], union_by_name=True, filename=True)
    types = dict(zip(shape.columns, shape.types, strict=True))
    columns = [
        (ColumnExpression(column) if column in stored.columns else ConstantExpression(None))
        .cast(types[column])
        .alias(column)
        for column in shape.columns
    ]
    stored.select(*columns, part).create_view(name, replace=True)


def count(connection: Connection, relation: str) -> int:
    return int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])


def counts(connection: Connection, relation: str, column: str) -> dict[str, int]:
    return dict(connection.execute(f"select {column}, count(*) from {relation} group by 1").fetchall())


def values(connection: Connection, relation: str, column: str) -> set[str]:
    """The distinct values of a column as text, nulls left out."""
    found = connection.execute(f"select distinct cast({column} as varchar) from {relation} where {column} is not null")
    return {value for (value,) in found.fetchall()}


def rows_in(connection: Connection, path: Path) -> int:
    return int(connection.execute("select num_rows from parquet_file_metadata(?)", [str(path)]).fetchall()[0][0])


def span(connection: Connection, relation: str, column: str) -> tuple[str, str] | None:
    """The least and the greatest text of a column; None where there is none."""
    first, last = connection.execute(f"select min({column}), max({column}) from {relation}").fetchall()[0]
    return None if first is None else (first, last)


def write_partitioned(connection: Connection, relation: str, folder: Path) -> list[tuple[str, Path]]:
    """Write `relation` as Parquet files by day below `folder`; each file with its day, in order."""
    connection.execute(
        f"copy (from {relation}) to '{_quoted(folder)}'"
        " (format parquet, compression zstd, partition_by (day), write_partition_columns true)"
    )
    files = sorted(folder.glob("day=*/*.parquet"))
    return [(file.parent.name.removeprefix("day="), file) for file in files]


def write_rows(connection: Connection, relation: str, path: Path) -> bool:
    """Write `relation` as one Parquet file; whether there was a row to write."""
    if count(connection, relation) == 0:
        return False
    connection.execute(f"copy {relation} to '{_quoted(path)}' (format parquet, compression zstd)")
    return True


@contextmanager
def in_memory() -> Iterator[Connection]:
    """A DuckDB for a look at a few files."""
    with duckdb.connect(":memory:") as connection:
        yield connection


def relation(connection: Connection, folder: str, name: str) -> duckdb.DuckDBPyRelation:
    """A model, to be narrowed or fetched."""
    return connection.query(model(folder, name))


def where_listed(rows: duckdb.DuckDBPyRelation, column: str, value: str) -> duckdb.DuckDBPyRelation:
    """The rows whose text of values joined by `|` holds this one."""
    listed = FunctionExpression("string_split", ColumnExpression(column), ConstantExpression("|"))
    return rows.filter(FunctionExpression("list_contains", listed, ConstantExpression(value)))


def where_missing(rows: duckdb.DuckDBPyRelation, column: str) -> duckdb.DuckDBPyRelation:
    """The rows without a value in the column."""
    return rows.filter(ColumnExpression(column).isnull())


def rows_of(connection: Connection, folder: str, name: str) -> list[tuple[Any, ...]]:
    """What a model answers."""
    return connection.execute(model(folder, name)).fetchall()


def drop_texts(connection: Connection, table: str, column: str) -> None:
    """Leave of the texts in a table how long they are."""
    connection.execute(
        f"update {table} set {column} = concat('(', length({column}), ' characters, not kept: the profile drops or"
        f" hashes columns)')"
    )


def make_quarantine(connection: Connection) -> None:
    """A view `quarantine`: the rows kept out, each whole as JSON text and with the rules it broke.

    `attempt_id`, `updated_at` and `is_restated_by_order` tell later whether its attempt is in force by then.
    """
    connection.execute(
        "create or replace view quarantine as from ("
        "select q.source_file, q.source_row, q.rules_broken,"
        " cast(to_json(struct_pack(*columns(source.* exclude (__file, __row, __hash)))) as varchar) as raw,"
        " q.attempt_id, q.updated_at, settings.is_restated_by_order"
        " from kept_out as q join source on q.source_file = source.__file and q.source_row = source.__row"
        " cross join settings union all by name"
        " select source_file, source_row, 'malformed_line' as rules_broken, raw from malformed) order by all"
    )


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file or folder durable before anything points to it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def attach(connection: Connection, path: Path, name: str, read_only: bool) -> None:
    mode = " (read_only)" if read_only else ""
    connection.execute(f"attach '{_quoted(path)}' as {name}{mode}")


def close_database(connection: Connection, name: str) -> None:
    """Write everything of an attached database to its file; raises where that fails, which closing alone does not."""
    connection.execute("use memory")
    connection.execute(f"checkpoint {name}")
    connection.execute(f"detach {name}")


def enter(connection: Connection, database: str) -> None:
    """From here on, names without a database mean those of `database`."""
    connection.execute(f"use {database}")


def open_parts(connection: Connection, name: str, paths: list[Path]) -> None:
    """A view over Parquet parts whose columns may differ from part to part."""
    connection.read_parquet([str(path) for path in paths], union_by_name=True).create_view(name, replace=True)


def copy_table(connection: Connection, source: str, target: str) -> None:
    connection.execute(f"create or replace table {target} as from {source}")


def copy_model(connection: Connection, folder: str, name: str, target: str) -> None:
    """Run a model and keep its rows as the table `target` of another database."""
    connection.execute(f"create or replace table {target} as {model(folder, name)}")


def name_previous(connection: Connection, name: str, columns: str) -> None:
    """`previous_<name>`: the previous snapshot's table, or an empty one with these columns."""
    if has_relation(connection, "snap", name):
        connection.execute(f"create or replace view previous_{name} as from snap.{name}")
    else:
        make_table(connection, f"previous_{name}", columns, [])


def number(connection: Connection, folder: str, name: str) -> int:
    """The single number that a model answers."""
    return int(connection.execute(model(folder, name)).fetchall()[0][0])


def newest(connection: Connection, relation: str, column: str) -> datetime:
    found: datetime = connection.execute(f"select max({column}) from {relation}").fetchall()[0][0]
    return found


def all_rows(connection: Connection, relation: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"from {relation}").fetchall()


def relations(connection: Connection, database: str) -> set[str]:
    """The names of the tables in a database."""
    found = connection.execute("select table_name from duckdb_tables() where database_name = ?", [database])
    return {name for (name,) in found.fetchall()}


def has_relation(connection: Connection, database: str, name: str) -> bool:
    return name in relations(connection, database)


def take_in_hand(connection: Connection, rollup: str) -> None:
    """A view `in_hand` over a rollup of the database in use, with its name."""
    connection.execute(f"create or replace temp view in_hand as select '{rollup}' as rollup, * from snap.{rollup}")


def offending(connection: Connection, check: str) -> list[tuple[object, ...]]:
    """The rows that a check finds wrong, at most five."""
    return connection.execute(f"from ({model('checks', check)}) limit 5").fetchall()


def totals_by(connection: Connection, relation: str, column: str) -> dict[str, int]:
    """How many rows of the log each value of a rollup column stands for."""
    found = connection.execute(f"select {column}, cast(sum(attempts) as bigint) from {relation} group by 1").fetchall()
    return dict(found)
