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
from etl.rollups import ROLLUPS
from etl.sources import Source, batches, find_sources, land
from etl.store import Store

FOLDERS = ("intake", "rollups", "snapshot", "checks", "quarantine")
ANSWERED_LATER = ("entries", "balance", "kept_out_by_file", "kept_out_by_rule", "rows_kept_out", "rules_of_rows")
"""Models over what is kept out, whose entries are listed when a snapshot is published."""
BEFORE, PUBLISHED = "before", "published"
DATABASES = {"memory": BEFORE, "snap": PUBLISHED}
"""Where the models of a build find their relations, and what is written there."""
OF_THE_SNAPSHOT = ("currencies", "editions", "last_grains", "seen_reasons", "whole_units")


def models(folder: str) -> list[str]:
    return sorted(path.stem for path in Path(duck.__file__).parent.joinpath("models", folder).glob("*.sql"))


def write_relations(log: Path, folder: Path) -> None:
    """A Parquet file for each relation of a load of `log` into a home that has some, in two folders by database."""
    with _loaded(log, folder / "home") as connection:
        for database, place in DATABASES.items():
            (folder / place).mkdir()
            for name in _relations(connection, database):
                relation = connection.table(f"{database}.main.{name}")
                relation.write_parquet(str(folder / place / f"{name}.parquet"))
        duck.take_in_hand(connection, ROLLUPS[-1])
        connection.table("in_hand").write_parquet(str(folder / PUBLISHED / "in_hand.parquet"))


def place_of(folder: str, name: str) -> str:
    """Which of the two a model is run in when a snapshot is made."""
    return PUBLISHED if folder == "checks" or name in OF_THE_SNAPSHOT else BEFORE


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
        yield connection


def _take_in(store: Store, intake: Intake, source: Source) -> None:
    """What `Intake.take` does, up to what becomes of the store."""
    connection = store.connection
    intake.lay_tables(connection)
    land(connection, [source], intake.profile, store.staging, intake.key)
    hold_to_contract(connection)
    intake._compare(connection)
    duck.read_parts(connection, "outdated", store.paths(intake._outdated(connection)), like="accepted")


def _relations(connection: duck.Connection, database: str) -> list[str]:
    found = connection.execute("select table_name from information_schema.tables where table_catalog = ?", [database])
    return [name for (name,) in found.fetchall()]


def rows(relation: duckdb.DuckDBPyRelation) -> list[tuple[str | None, ...]]:
    """As text, in one order; moments are those of UTC on both engines, and the order of columns is that of names."""
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    columns = [_text(name, types[name]) for name in sorted(types)]
    return sorted(relation.select(*columns).fetchall(), key=repr)


def _text(name: str, type_: str) -> duckdb.Expression:
    column = duckdb.ColumnExpression(name)
    moment = column.cast("timestamp") if type_ == "TIMESTAMP WITH TIME ZONE" else column
    return moment.cast("varchar").alias(name)
