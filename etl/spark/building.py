"""`etl build --engine spark`: the whole log at a location, summed by Spark, published as an ordinary snapshot."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from etl import duck
from etl.errors import InvalidValue, UnreadableInput
from etl.home import Home
from etl.intake import tables_beside
from etl.load import check_rows, check_share, record, warning
from etl.manifest import Load, Manifest
from etl.notes import NOTES, Notes, noted
from etl.pipeline import Result, published_id, zone_of
from etl.profile import CONTRACT, load_profile
from etl.publish import current_manifest
from etl.settings import read_settings
from etl.spark.delivery import Delivery
from etl.spark.landing import Landed, land
from etl.spark.models import RESULTS, Models
from etl.spark.session import spark_session, told_in_a_line
from etl.traces import publishing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SAID = "spark.log"


@dataclass(frozen=True)
class Cluster:
    """Where Spark runs, where it reads the log, and where it and this machine share a folder for what comes back."""

    master: str
    source: str
    results: Path | None = None


def build_on_spark(
    home: Home, cluster: Cluster, on_progress: Callable[[int, int], None], *, is_forced: bool = False
) -> Result:
    """Sum the log anew and publish. Whatever fails leaves the old snapshot live.

    Raises `InvalidValue` where the home holds rows of its own, or Spark, Java or the master is missing;
    `UnreadableInput` where the location cannot be read; `RefusedToPublish` as a load does.
    """
    said = home.root / SAID
    with publishing(home, "build on Spark"):
        _check_home(home, current_manifest(home))
        with _shared(home, cluster) as folder:
            with spark_session(cluster.master, said) as spark, told_in_a_line(cluster.source, said):
                manifest, landed = _summed(spark, home, cluster, folder, on_progress)
            delivered, tally = Delivery(home, folder).taken_in(manifest)
        tally.unused.update(dict.fromkeys(landed.unused))
        return _published(home, delivered, record(landed.files, load_profile(CONTRACT), tally), is_forced=is_forced)


def _check_home(home: Home, manifest: Manifest) -> None:
    if manifest.loads and not manifest.rows_at:
        raise InvalidValue(f"{home.root} holds rows that were loaded into it; let Spark build into --home OTHER_FOLDER")


@contextmanager
def _shared(home: Home, cluster: Cluster) -> Iterator[Path]:
    """A folder for the results, gone at the end."""
    if cluster.results is None:
        with duck.staging_folder(home.store) as folder:
            yield folder.resolve()
        return
    if not cluster.results.is_dir():
        raise InvalidValue(f"--results {cluster.results} is no folder; name one that Spark's executors share with us")
    folder = Path(tempfile.mkdtemp(dir=cluster.results.resolve(), prefix="refusal-lens-"))
    folder.chmod(0o777)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _summed(
    spark: SparkSession, home: Home, cluster: Cluster, folder: Path, on_progress: Callable[[int, int], None]
) -> tuple[Manifest, Landed]:
    profile = load_profile(CONTRACT)
    landed = land(spark, cluster.source)
    notes = _notes(spark, cluster.source)
    manifest = Manifest(
        business_zone=zone_of(home, current_manifest(home), read_settings(home), profile),
        as_of=notes.complete_until,
        is_synthetic=notes.is_synthetic,
        source_id=notes.source_id,
        rows_at=cluster.source,
    )
    models = Models(spark, folder.as_uri())
    models.lay(tables_beside(manifest, profile))
    for done, _ in enumerate(models.run(), start=1):
        on_progress(done, len(RESULTS))
    return manifest, landed


def _notes(spark: SparkSession, source: str) -> Notes:
    """What the log says of itself, in the file beside its Parquet files; nothing where there is none."""
    from pyspark.errors import AnalysisException

    place = f"{source.rstrip('/')}/{NOTES}"
    try:
        texts = spark.read.text(place, wholetext=True).collect()
    except AnalysisException:
        return Notes()
    try:
        return noted(json.loads(texts[0].value))
    except (ValueError, TypeError, AttributeError, IndexError) as problem:
        raise UnreadableInput(f"{place} cannot be read: {problem}") from problem


def _published(home: Home, delivered: Manifest, load: Load, *, is_forced: bool) -> Result:
    check_rows(load, delivered)
    limits = read_settings(home).limits
    check_share(load, limits, is_forced=is_forced)
    snapshot_id = published_id(
        home, replace(delivered, loads=(load,)), frozenset(), lambda *_: None, is_from_scratch=True
    )
    return Result(snapshot_id, load, warning(load, limits))
