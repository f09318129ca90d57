"""What other generators need for as many columns: Faker row by row, Mimesis, Databricks' dbldatagen. For `make bench`.

They draw values without any cause behind them, so they have the lighter task. The last two are in the extra `bench`.
"""

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from faker import Faker

from etl.contract import COLUMN_NAMES

CODES = ["U101", "U121", "U302", "P301", "T101"]
WORDS = ["one", "two", "three", "four"]
TEXTS = 15
"""Columns that hold one of a few words, as in the log."""


def faker_rows(folder: Path, rows: int) -> None:
    """One `dict` a row, as Faker's own documentation shows it."""
    fake = Faker("zh_CN", use_weighting=False)
    fake.seed_instance(1)

    def row() -> dict[str, object]:
        few = {f"text_{n}": fake.random_element(WORDS) for n in range(TEXTS)}
        numbers = {f"number_{n}": fake.random_int(0, 50_000) for n in range(4)}
        instants = {f"at_{n}": fake.date_time_this_year() for n in range(3)}
        return {"id": fake.uuid4(), "who": fake.uuid4(), "city": fake.city_name(), "area": fake.province()} | (
            few | numbers | instants | {"reason": fake.random_element(CODES)}
        )

    _write(folder / "faker.parquet", [row() for _ in range(rows)])


def mimesis_rows(folder: Path, rows: int) -> None:
    from mimesis import Field, Locale, Schema

    field = Field(Locale.ZH, seed=1)

    def row() -> dict[str, object]:
        few = {f"text_{n}": field("choice", items=WORDS) for n in range(TEXTS)}
        numbers = {f"number_{n}": field("integer_number", start=0, end=50_000) for n in range(4)}
        instants = {f"at_{n}": field("datetime") for n in range(3)}
        return {"id": field("uuid"), "who": field("uuid"), "city": field("city"), "area": field("state")} | (
            few | numbers | instants | {"reason": field("choice", items=CODES)}
        )

    _write(folder / "mimesis.parquet", Schema(schema=row, iterations=rows).create())


def dbldatagen_rows(folder: Path, rows: int) -> None:
    """On Spark with two local cores; the first call also starts the engine, so call it twice and time the second."""
    import dbldatagen as dg
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spec = dg.DataGenerator(spark, name="attempts", rows=rows, partitions=2, randomSeedMethod="hash_fieldname")
    spec = spec.withColumn("attempt", "string", expr="lpad(cast(id as string), 16, '0')")
    spec = spec.withColumn("who", "string", expr="lower(hex(xxhash64(id)))")
    for n in range(TEXTS + 3):
        spec = spec.withColumn(f"text_{n}", "string", values=WORDS, random=True)
    for n in range(4):
        spec = spec.withColumn(f"number_{n}", "int", minValue=0, maxValue=50_000, random=True)
    for n in range(3):
        spec = spec.withColumn(
            f"at_{n}",
            "timestamp",
            begin="2025-11-01 00:00:00",
            end="2026-10-31 23:59:00",
            interval="1 minute",
            random=True,
        )
    spec.build().write.mode("overwrite").parquet(str(folder / "dbldatagen"))


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(rows)
    assert table.num_columns == len(COLUMN_NAMES), table.num_columns
    pq.write_table(table, path)


def peers() -> list[tuple[str, Callable[[Path, int], None], int]]:
    """Those that are installed: name, what makes rows, and how many rows are enough to tell its speed."""
    found = [("Faker, row by row", faker_rows, 4_000)]
    if importlib.util.find_spec("mimesis"):
        found.append(("Mimesis, row by row", mimesis_rows, 4_000))
    if importlib.util.find_spec("dbldatagen") and shutil.which("java"):
        found.append(("dbldatagen, Spark local[2]", dbldatagen_rows, 1_000_000))
    return found
