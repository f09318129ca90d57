"""What Spark wrote becomes parts of the home: sums by rollup, rows kept out, and the load that they came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from duckdb import ColumnExpression, Expression

from etl import duck
from etl.errors import InvalidValue
from etl.home import Home
from etl.identifiers import is_within, masked_text
from etl.intake import Tally
from etl.manifest import SUMS, Manifest, Part
from etl.privacy import texts_with_identifiers
from etl.rollups import BESIDE, worth_having
from etl.spark import models
from etl.store import Store

WITH_ZONE = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True)
class Delivery:
    """The results below a folder, each in a folder of its name, on their way into a home."""

    home: Home
    results: Path

    def taken_in(self, manifest: Manifest) -> tuple[Manifest, Tally]:
        """The manifest with the parts and days, and what became of the rows."""
        with duck.workbench(self.home.root) as connection, duck.staging_folder(self.home.store) as staging:
            self._open(connection, models.TALLIES)
            tally = _tally(connection)
            sums = (*worth_having(tally.loaded), *BESIDE)
            self._open(connection, (*sums, *models.ANSWERED, models.KEPT_OUT))
            parts = _parts(Store(self.home, connection, staging), sums)
            days = tuple(sorted(duck.values(connection, "control_totals", "day")))
            return replace(manifest.with_parts(parts, []), summed_days=days), tally

    def _open(self, connection: duck.Connection, names: Iterable[str]) -> None:
        for name in names:
            self._open_one(connection, name)

    def _open_one(self, connection: duck.Connection, name: str) -> None:
        """A view of the result; moments are UTC."""
        files = sorted((self.results / name).glob("*.parquet"))
        if not files:
            raise InvalidValue(
                f"the results of Spark are not in {self.results}; give --results a folder that its executors and this"
                " machine share under one path"
            )
        duck.open_parts(connection, "delivered", files)
        delivered = connection.view("delivered")
        types = dict(zip(delivered.columns, map(str, delivered.types), strict=True))
        columns = [_in_utc(column, type_) for column, type_ in types.items()]
        duck.rename_view(connection, "delivered", f"delivered_{name}")
        connection.view(f"delivered_{name}").select(*columns).create_view(name)


def _parts(store: Store, sums: Iterable[str]) -> list[Part]:
    connection = store.connection
    parts: list[Part] = []
    for name in sums:
        _mask(connection, name)
        parts += store.write(f"{name}_masked", f"{SUMS}/{name}")
    for name in models.ANSWERED:
        connection.view(name).filter(~is_within(ColumnExpression("attempt_id"))).create_view(f"{name}_masked")
        parts += store.write(f"{name}_masked", name)
    return [*parts, *store.write_kept_out()]


def _in_utc(column: str, type_: str) -> Expression:
    expression = ColumnExpression(column)
    return expression.cast("timestamp").alias(column) if type_ == WITH_ZONE else expression


def _mask(connection: duck.Connection, name: str) -> None:
    """`<name>_masked`: the sums, identifiers masked where a text of a dimension holds one."""
    sums = connection.view(name)
    held = texts_with_identifiers(sums, sums.columns)
    columns = [
        masked_text(ColumnExpression(column)).alias(column) if column in held else ColumnExpression(column)
        for column in sums.columns
    ]
    sums.select(*columns).create_view(f"{name}_masked")


def _tally(connection: duck.Connection) -> Tally:
    tally = Tally()
    [counted], verdicts, broken = (duck.all_rows(connection, name) for name in models.TALLIES)
    tally.add(counted, dict(verdicts), dict(broken))
    return tally
