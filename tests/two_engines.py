"""Every model run by DuckDB over one log that came in two batches; its relations are what Spark is given to answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from etl import duck
from etl.build import sum_up
from etl.home import Home
from etl.intake import Intake, hold_to_contract
from etl.manifest import Manifest
from etl.profile import load_profile
from etl.sources import Source, batches, find_sources, land
from etl.store import Store

FOLDERS = ("intake", "rollups", "snapshot", "checks", "quarantine")
WITHOUT_ROWS = ("credited_members", "entries", "balance", "kept_out_by_file", "kept_out_by_rule", "rows_kept_out")
ONCE_MORE = {"quarantine": ("in_force", "retold")}


def models(folder: str) -> list[str]:
    return sorted(path.stem for path in Path(duck.__file__).parent.joinpath("models", folder).glob("*.sql"))


def write_relations(log: Path, folder: Path) -> None:
    """One Parquet file below `folder` for each table, view and answer of a load of `log` into a home that has some."""
    with _loaded(log, folder / "home") as connection:
        for name in _relations(connection):
            connection.table(name).write_parquet(str(folder / f"{name}.parquet"))


@contextmanager
def _loaded(log: Path, root: Path) -> Iterator[duck.Connection]:
    *first, last = find_sources([log])
    intake = Intake(Home(root), Manifest(is_synthetic=True), load_profile("contract"))
    for batch in batches(first):
        intake.take(batch)
    with duck.workbench(root) as connection, duck.staging_folder(root) as staging:
        _take_in(Store(intake.home, connection, staging), intake, last)
        duck.attach(connection, root / "sums.duckdb", "snap", read_only=False)
        connection.execute("create view attempts as from kept")
        sum_up(connection, frozenset())
        for name in ("reason_sets", "members"):
            duck.copy_table(connection, f"snap.{name}", f"memory.main.{name}")
        yield connection


def _take_in(store: Store, intake: Intake, source: Source) -> None:
    """What `Intake.take` does, up to what becomes of the store."""
    connection = store.connection
    intake.lay_tables(connection)
    land(connection, [source], intake.profile, store.staging, intake.key)
    hold_to_contract(connection)
    intake._compare(connection)
    duck.read_parts(connection, "outdated", store.paths(intake._outdated(connection)), like="accepted")


def _relations(connection: duck.Connection) -> list[str]:
    found = connection.execute("select table_name from information_schema.tables where table_catalog = 'memory'")
    return [name for (name,) in found.fetchall()]


def rows(connection: duck.Connection, relation: duckdb.DuckDBPyRelation) -> list[tuple[str | None, ...]]:
    """As text, in one order; moments are those of UTC on both engines, and the order of columns is that of names."""
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    columns = [_text(name, types[name]) for name in sorted(types)]
    return sorted(relation.select(*columns).fetchall(), key=repr)


def _text(name: str, type_: str) -> duckdb.Expression:
    column = duckdb.ColumnExpression(name)
    moment = column.cast("timestamp") if type_ == "TIMESTAMP WITH TIME ZONE" else column
    return moment.cast("varchar").alias(name)
