"""Spark answers as DuckDB does, model by model and as a whole; what is missing is told in a line, nothing is lost."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from odd_rows import write_odd_rows
from two_engines import ANSWERED_LATER, BEFORE, FOLDERS, PUBLISHED, models, place_of, rows, write_relations

from etl import duck
from etl.home import Home
from etl.quarantine import parts_kept_out, rows_kept_out
from etl.snapshot import Snapshot, open_snapshot
from etl.spark import PACKAGES, session
from etl.spark.session import spark_session
from etl.spark.translation import spark_model
from synthetic_data import write_world

HERE = "local[2]"
MODELS = [(folder, name) for folder in FOLDERS for name in models(folder) if name not in ANSWERED_LATER]
needs_java = pytest.mark.skipif(which("java") is None, reason="no java on the PATH: Spark cannot be started")
OF_THE_BUILD = ("build_info", "loads", "parts")
"""Tables of a snapshot that say when and from what it was built."""
Etl = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def odd_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    log = tmp_path_factory.mktemp("odd")
    write_odd_rows(log, rows=3_000)
    return log


@pytest.fixture(scope="module")
def relations(odd_log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What DuckDB makes of it, a file for each relation."""
    folder = tmp_path_factory.mktemp("relations")
    write_relations(odd_log, folder)
    return folder


@pytest.fixture(scope="module")
def spark(relations: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session in which every relation has the rows that DuckDB made. Few rows are sooner read than compiled for."""
    folder = tmp_path_factory.mktemp("spark")
    with spark_session(HERE, folder / "spark.log") as started:
        started.conf.set("spark.sql.codegen.wholeStage", "false")
        started.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        for place in (BEFORE, PUBLISHED):
            started.sql(f"create database {place} location '{folder / place}'")
            for file in (relations / place).glob("*.parquet"):
                started.sql(f"create table {place}.{file.stem} using parquet location '{file}'")
        yield started


@needs_java
@pytest.mark.parametrize(("folder", "name"), MODELS)
def test_a_model_answers_alike_on_both_engines(
    folder: str, name: str, relations: Path, spark: Any, tmp_path: Path
) -> None:
    place = place_of(folder, name)
    spark.catalog.setCurrentDatabase(place)
    spark.sql(spark_model(folder, name)).write.parquet(str(tmp_path / "answer"))

    with duck.workbench(tmp_path) as connection:
        for file in (relations / place).glob("*.parquet"):
            connection.read_parquet(str(file)).create_view(file.stem)
        here = rows(duck.relation(connection, folder, name))
        there = rows(connection.read_parquet(str(tmp_path / "answer" / "*.parquet")))

    assert there == here


@pytest.fixture(params=["typed columns", "texts"])
def log(request: pytest.FixtureRequest, odd_log: Path, tmp_path: Path) -> Path:
    """Days of the invented world, a twentieth of their lines spoilt; and the rows that nobody should write."""
    if request.param == "texts":
        return odd_log
    write_world(tmp_path / "world", days=5, attempts=4_000, dirty=0.05)
    return tmp_path / "world" / "logs"


def tables(home: Path, folder: Path) -> dict[str, list[tuple[str | None, ...]]]:
    with duck.workbench(folder) as connection:
        duck.attach(connection, open_snapshot(home).path, "snap", read_only=True)
        duck.enter(connection, "snap")
        names = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: rows(connection.table(f"snap.{name}")) for name in names if name not in OF_THE_BUILD}


@needs_java
def test_a_snapshot_that_spark_summed_is_the_one_of_a_load(etl: Etl, log: Path, tmp_path: Path) -> None:
    loaded, summed = tmp_path / "loaded", tmp_path / "summed"
    assert etl("load", log, "--home", loaded, "--force")[0] == 0
    on_spark = ("--engine", "spark", "--master", HERE, "--source", log)
    code, _, printed = etl("build", *on_spark, "--home", summed, "--force")
    assert (code, "Published snapshot" in printed) == (0, True), printed

    assert tables(summed, tmp_path) == tables(loaded, tmp_path)
    here, there = (rows_kept_out(parts_kept_out(Home(home))) for home in (loaded, summed))
    assert there.to_dict("records") == here.to_dict("records")
    counted = ["rows_read", "loaded", "restated", "duplicates", "quarantined"]
    assert [str(v) for v in loads(summed)[counted].loc[0]] == [str(v) for v in loads(loaded)[counted].loc[0]]

    remains_usable(etl, summed, log, tables(summed, tmp_path), tmp_path)


def loads(home: Path) -> Any:
    return open_snapshot(home).frame("from loads")


def remains_usable(etl: Etl, home: Path, logs: Path, before: dict[str, Any], tmp_path: Path) -> None:
    """Without Spark: the sums are verified and published again; rows are neither loaded beside them nor shown."""
    assert etl("verify", "--home", home)[0] == 0
    assert etl("build", "--home", home, "--from-scratch")[0] == 0
    assert tables(home, tmp_path) == before
    code, _, said = etl("load", logs, "--home", home)
    assert (code, "sums that Spark made of" in said, said.count("\n")) == (2, True, 1)
    code, _, said = etl("rows", "--home", home)
    assert (code, str(logs) in said, said.count("\n")) == (2, True, 1)


def spark_build(etl: Etl, home: Path, *more: str | Path) -> str:
    """What is said of a build that fails: one line; and nothing is live that was not before."""
    live = (home / "CURRENT").read_bytes() if (home / "CURRENT").exists() else b""
    code, _, said = etl("build", "--engine", "spark", "--home", home, *more)
    assert (code, said.count("\n")) == (2, 1), said
    assert ((home / "CURRENT").read_bytes() if (home / "CURRENT").exists() else b"") == live
    return said


@needs_java
def test_a_master_that_does_not_answer_is_told_at_once(etl: Etl, tmp_path: Path) -> None:
    said = spark_build(etl, tmp_path / "home", "--master", "spark://127.0.0.1:9", "--source", tmp_path)
    assert "nothing answers at --master spark://127.0.0.1:9" in said


@needs_java
@pytest.mark.parametrize("master", ["nowhere", "local[two]", "spark:/host"])
def test_a_master_that_is_none_is_told(master: str, etl: Etl, tmp_path: Path) -> None:
    said = spark_build(etl, tmp_path / "home", "--master", master, "--source", tmp_path)
    assert f"--master {master} is no master of Spark's" in said


@needs_java
def test_a_location_that_cannot_be_read_and_one_of_another_shape_are_told(etl: Etl, tmp_path: Path) -> None:
    said = spark_build(etl, tmp_path / "home", "--master", HERE, "--source", tmp_path / "nowhere")
    assert "nowhere: Path does not exist" in said
    with duck.workbench(tmp_path) as connection:
        connection.sql("select 1 as attempt_id, 2 as amount").write_parquet(str(tmp_path / "log.parquet"))
    said = spark_build(etl, tmp_path / "home", "--master", HERE, "--source", tmp_path)
    assert "has no column attempted_at, outcome" in said


def test_missing_java_is_told(etl: Etl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(session, "which", lambda name: None)
    assert "Spark needs Java 17 or newer, and there is none on the PATH" in spark_build(etl, tmp_path / "home")
    monkeypatch.setenv("JAVA_HOME", os.fspath(tmp_path))
    assert f"JAVA_HOME is {tmp_path}, where there is none" in spark_build(etl, tmp_path / "home")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_that_only_spark_needs_is_told(
    package: str, etl: Etl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    said = spark_build(etl, tmp_path / "home")
    assert f"Spark needs {package}; run: pip install 'refusal-lens[spark]'" in said


def test_a_folder_for_results_that_is_none_is_told(etl: Etl, tmp_path: Path) -> None:
    said = spark_build(etl, tmp_path / "home", "--results", tmp_path / "nowhere")
    assert f"--results {tmp_path / 'nowhere'} is no folder" in said


def test_spark_does_not_build_over_rows_that_were_loaded(
    etl: Etl, publish: Callable[..., Snapshot], home: Path
) -> None:
    publish("id | reasons\na | U101")
    assert "holds rows that were loaded into it" in spark_build(etl, home)
