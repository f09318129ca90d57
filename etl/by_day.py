"""Writes a relation as Parquet files by day, several days at a time where the rows of a day stand together."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from etl import duck

DAY = "day"
VECTOR = 2_048
"""Rows that DuckDB reads or passes over together."""
MOST_DAYS, MOST_READ = 100, 3
"""Days that are asked for one by one, and the times that all rows may be read for it: sorting rows costs more."""

Stand = dict[str | None, tuple[int, int]]
"""By day, how many rows it has and in how many vectors they stand."""


def write_by_day(connection: duck.Connection, relation: str, folder: Path) -> list[tuple[str, Path]]:
    """Write `relation` below `folder`; each file with its day, in order."""
    days = _days(connection, relation)
    if not days:
        return []
    if not _are_together(days):
        return duck.write_partitioned(connection, relation, folder)
    folder.mkdir(exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(partial(_write_day, connection, relation, folder), sorted(day for day in days if day)))


def _days(connection: duck.Connection, relation: str) -> Stand:
    placed = connection.query(f"from {relation}").row_number(window_spec="over ()", projected_columns=DAY)
    day, place = map(ColumnExpression, placed.columns)
    vector = FunctionExpression("//", place, ConstantExpression(VECTOR)).alias("vector")
    by_vector = placed.aggregate([day, vector, FunctionExpression("count_star").alias("rows")])
    sums = FunctionExpression("sum", ColumnExpression("rows")), FunctionExpression("count_star")
    found = by_vector.aggregate([day.cast("varchar"), *sums]).fetchall()
    return {name: (int(rows), vectors) for name, rows, vectors in found}


def _are_together(days: Stand) -> bool:
    """Whether few vectors have rows of several days, as in most logs; rows without a day would not be asked for."""
    rows, vectors = (sum(counts) for counts in zip(*days.values(), strict=True))
    return len(days) <= MOST_DAYS and (vectors - len(days)) * VECTOR <= MOST_READ * rows and None not in days


def _write_day(connection: duck.Connection, relation: str, folder: Path, day: str) -> tuple[str, Path]:
    path = folder / f"{day}.parquet"
    with connection.cursor() as cursor:
        rows = cursor.query(f"from {relation}")
        is_of_day = ColumnExpression(DAY) == ConstantExpression(day).cast("date")
        rows.filter(is_of_day).write_parquet(str(path), compression="zstd")
    return day, path
