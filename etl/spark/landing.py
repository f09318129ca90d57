"""From a location that Spark can read to the landing relation of the contract, as the loader would land those files."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from etl.contract import COLUMN_NAMES, REQUIRED, SLOT_SEPARATOR
from etl.errors import UnreadableInput
from etl.identifiers import masked
from etl.manifest import LoadedFile
from etl.spark.small_tables import lay

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

FILE, ROW, PATH = "__file", "__row", "__path"
REASONS, NAMES = "reason_codes", "file_names"


@dataclass(frozen=True)
class Landed:
    """What lies at a location, as one entry of a load: its name, all bytes, and a hash of names, sizes and times."""

    files: tuple[LoadedFile, ...]
    columns: tuple[str, ...]

    @property
    def unused(self) -> list[str]:
        return [masked(name) for name in self.columns if name not in COLUMN_NAMES]


def land(spark: SparkSession, location: str) -> Landed:
    """Make `source`, every column of the Parquet files with each row's file and number, and `landing`."""
    rows = _read(spark, location)
    columns = tuple(name for name in rows.columns if name != "_metadata")
    if missing := [name for name in REQUIRED if name not in columns]:
        raise UnreadableInput(
            f"{location} has no column {', '.join(missing)}; Spark reads logs in the contract's shape"
        )
    files = _files(rows)
    lay(spark, NAMES, f"{PATH} varchar, {FILE} varchar", [*_names([path for path, *_ in files]).items()])
    names = spark.table(NAMES).hint("broadcast")
    _numbered(rows, columns).join(names, PATH).drop(PATH).createOrReplaceTempView("source")
    spark.table("source").select(*_landing(spark.table("source"))).createOrReplaceTempView("landing")
    return Landed((_told(location, files),), columns)


def _read(spark: SparkSession, location: str) -> DataFrame:
    reader = spark.read.option("pathGlobFilter", "*.parquet").option("recursiveFileLookup", "true")
    return reader.option("mergeSchema", "true").parquet(location)


def _files(rows: DataFrame) -> list[tuple[str, int, str]]:
    """Path, bytes and time of change of every file that has a row."""
    told = ("file_path", "file_size", "file_modification_time")
    found = rows.select(*(f"_metadata.{name}" for name in told)).distinct().collect()
    return sorted((path, size, str(changed)) for path, size, changed in found)


def _told(location: str, files: list[tuple[str, int, str]]) -> LoadedFile:
    listed = "\n".join(f"{path} {size} {changed}" for path, size, changed in files)
    return LoadedFile(masked(location), sum(size for _, size, _ in files), hashlib.sha256(listed.encode()).hexdigest())


def _names(paths: list[str]) -> dict[str, str]:
    """What a row's file is called: its name, with as many folders as tell the files apart; identifiers masked."""
    parts = {path: PurePosixPath(unquote(path)).parts for path in paths}
    deepest = max((len(these) for these in parts.values()), default=1)
    named = ({path: "/".join(these[-depth:]) for path, these in parts.items()} for depth in range(1, deepest + 1))
    names = next(
        (names for names in named if len(set(names.values())) == len(names)), dict(zip(paths, paths, strict=True))
    )
    alike = Counter(map(masked, names.values()))
    return {
        path: masked(name) if alike[masked(name)] == 1 else f"{number} {masked(name)}"
        for number, (path, name) in enumerate(names.items(), start=1)
    }


def _numbered(rows: DataFrame, columns: tuple[str, ...]) -> DataFrame:
    """Every column, times as DuckDB writes them, and which row of which file it is."""
    from pyspark.sql import functions as F

    row = F.col("_metadata.row_index") + 1
    texts = [_without_times(rows, name).alias(name) for name in columns]
    return rows.select(*texts, F.col("_metadata.file_path").alias(PATH), row.alias(ROW))


def _without_times(rows: DataFrame, name: str) -> Column:
    from pyspark.sql import functions as F

    column, type_ = F.col(f"`{name}`"), rows.schema[name].dataType.typeName()
    if type_ == "timestamp":
        return F.concat(column.cast("string"), F.lit("+00"))
    return column.cast("string") if type_ == "timestamp_ntz" else column


def _landing(source: DataFrame) -> list[Column]:
    from pyspark.sql import functions as F

    technical = [F.col(FILE).alias("source_file"), F.col(ROW).alias("source_row")]
    unit = F.lit(1).cast("decimal(1, 0)").alias("amount_unit")
    return [*technical, unit, *(_landed(source, name).alias(name) for name in COLUMN_NAMES)]


def _landed(source: DataFrame, name: str) -> Column:
    """A column of the contract; reasons that come as a list, or as the JSON of one, in their slots."""
    from pyspark.sql import functions as F

    if name not in source.columns:
        return F.lit(None).cast("string")
    column = F.col(f"`{name}`")
    if name != REASONS:
        return column
    if source.schema[name].dataType.typeName() == "array":
        return _slots(column)
    return F.coalesce(F.when(column.startswith("["), _slots(F.from_json(column, "array<string>"))), column)


def _slots(codes: Column) -> Column:
    from pyspark.sql import functions as F

    joined = F.array_join(F.transform(codes, lambda code: F.coalesce(F.trim(code), F.lit(""))), SLOT_SEPARATOR)
    return F.nullif(F.regexp_replace(joined, r"\|+$", ""), F.lit(""))
