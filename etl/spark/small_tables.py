"""Small tables of Python values as views of Spark; they travel as Arrow, so that executors need no Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl import duck

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def lay(spark: SparkSession, name: str, columns: str, rows: list[tuple[object, ...]]) -> None:
    """A view of these rows. `columns` is a DuckDB column list such as `rule varchar, rows bigint`."""
    with duck.in_memory() as connection:
        duck.make_table(connection, name, columns, rows)
        spark.createDataFrame(connection.table(name).to_arrow_table()).createOrReplaceTempView(name)
