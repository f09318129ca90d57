"""Runs the models of the core on Spark, one after the other, and writes what a snapshot is made of as Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.intake import COMPARED, FILE_ORDERS, HELD_TO_CONTRACT, MET, BesideRows, file_orders
from etl.manifest import IN_FORCE, RETOLD
from etl.rollups import BESIDE, COUNTED, ROLLUPS, worth_having
from etl.spark.landing import FILE, ROW
from etl.spark.small_tables import lay
from etl.spark.translation import spark_model

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SUMS = (*ROLLUPS, *BESIDE)
TALLIES = ("counted", "verdicts", "broken_rules")
KEPT_OUT, ANSWERED = "quarantine", (IN_FORCE, RETOLD)
"""The rows kept out, whole; and what tells which of them are mended."""
RESULTS = (*SUMS, *TALLIES, KEPT_OUT, *ANSWERED)
"""What is written, each below a folder of its name; of the sums those that are worth having."""
FILTERS = ("accepted", "kept")


@dataclass(frozen=True)
class Models:
    """The models over a session that has `landing` and `source`; results go below `results`, a location of Spark's."""

    spark: SparkSession
    results: str

    def lay(self, tables: BesideRows) -> None:
        """The small tables that the models look up."""
        for table in tables:
            lay(self.spark, *table)

    def run(self) -> Iterator[str]:
        """From `landing` to every result; the name of each that is written."""
        self._make(HELD_TO_CONTRACT)
        self._know_nothing()
        self._make(MET)
        files = self.spark.table("contenders").select("source_file").distinct().collect()
        orders = file_orders(row.source_file for row in files)
        self.lay(iter([("file_orders", FILE_ORDERS, orders)]))
        self._make(COMPARED)
        yield from self._written()

    def _written(self) -> Iterator[str]:
        self._name_rows()
        wanted = (*worth_having(self.spark.table("attempts").count()), *BESIDE)
        for folder, names in (("intake", TALLIES), ("rollups", SUMS), ("quarantine", ANSWERED)):
            for name in names:
                frame = self._frame(folder, name)
                frame.createOrReplaceTempView(name)
                if name in wanted or name not in SUMS:
                    self._write(name, frame)
                yield name
        self._write(KEPT_OUT, self._kept_out())
        yield KEPT_OUT

    def _know_nothing(self) -> None:
        """No row is known from before: the whole log is read anew."""
        from pyspark.sql import functions as F

        nothing = self.spark.table("accepted").limit(0).withColumn("part", F.lit(None).cast("string"))
        for name in ("stored", "history"):
            nothing.createOrReplaceTempView(name)

    def _name_rows(self) -> None:
        """The rows in force and those that they took the place of, by the names that the models know them by."""
        self.spark.table("kept").createOrReplaceTempView("attempts")
        self.spark.table("superseded").createOrReplaceTempView("history")
        self._frame("rollups", COUNTED).createOrReplaceTempView(COUNTED)

    def _make(self, models: Iterable[str]) -> None:
        """Run now and kept on the executors' disks, all but filters: what comes after begins there.

        Spark would otherwise fold one model into the next and plan them together, for hours.
        """
        from pyspark import StorageLevel

        for name in models:
            frame = self._frame("intake", name)
            kept = frame if name in FILTERS else frame.localCheckpoint(storageLevel=StorageLevel.DISK_ONLY)
            kept.createOrReplaceTempView(name)

    def _frame(self, folder: str, name: str) -> DataFrame:
        return self.spark.sql(spark_model(folder, name))

    def _write(self, name: str, frame: DataFrame) -> None:
        """What comes after reads it from where it was written."""
        frame.write.mode("overwrite").parquet(f"{self.results}/{name}")
        self.spark.read.parquet(f"{self.results}/{name}").createOrReplaceTempView(name)

    def _kept_out(self) -> DataFrame:
        """Every row that is kept out, whole as JSON text, as `duck.make_quarantine` makes it."""
        from pyspark.sql import functions as F

        source = self.spark.table("source")
        whole = F.struct(*(f"`{name}`" for name in source.columns if name not in (FILE, ROW)))
        raw = F.to_json(whole, {"ignoreNullFields": "false"}).alias("raw")
        rows = source.select(F.col(FILE).alias("source_file"), F.col(ROW).alias("source_row"), raw)
        order = self.spark.table("settings").select("is_restated_by_order")
        return self.spark.table("kept_out").join(rows, ["source_file", "source_row"]).crossJoin(order)
