"""A Spark session for one build, started and ended. What Spark says at length goes to a file; a user reads a line."""

from __future__ import annotations

import os
import re
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from etl.errors import InvalidValue, UnreadableInput

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WAREHOUSE = "spark-warehouse"
"""Spark makes one in the folder at work unless it is told where."""
KNOWN = re.compile(r"local(\[(\*|\d+)(, *\d+)?\])?|local-cluster\[.+\]|yarn|(spark|k8s)://.+")
"""What Spark takes for a master; at another its Java ends without a word to us."""
STANDALONE = re.compile(r"spark://(.+)")
PORT, PATIENCE = 7077, 5.0
"""Of a standalone master, and the seconds in which it must answer."""
EVERYWHERE = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
HERE = {
    "spark.driver.memory": "3g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
}
"""What holds on one machine; of a cluster its own `spark-defaults.conf` says it."""


@contextmanager
def spark_session(master: str, said: Path) -> Iterator[SparkSession]:
    """Spark at `master`. Raises `InvalidValue` where it, Java or the master is missing; a file says more."""
    _check_java()
    _check_master(master)
    session = _started(master, said)
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def told_in_a_line(what: str, said: Path) -> Iterator[None]:
    """Raises `UnreadableInput` with the first line of what Spark cannot do."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as problem:
        raise UnreadableInput(f"{what}: {_first_line(problem)} (more in {said})") from problem


def _started(master: str, said: Path) -> SparkSession:
    with warnings.catch_warnings(action="ignore"), _standard_error_in(said):
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    builder = SparkSession.builder.appName("Refusal Lens").master(master)
    builder = builder.config("spark.sql.warehouse.dir", (said.parent / WAREHOUSE).resolve().as_uri())
    for name, value in (EVERYWHERE | (HERE if master.startswith("local") else {})).items():
        builder = builder.config(name, value)
    try:
        with warnings.catch_warnings(action="ignore"), _standard_error_in(said):
            return builder.getOrCreate()
    except (PySparkException, Py4JError) as problem:
        raise InvalidValue(f"no Spark at --master {master}: {_first_line(problem)} (more in {said})") from problem


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (Path(home) / "bin" / "java").exists() if home else which("java") is None:
        where = f"JAVA_HOME is {home}, where there is none" if home else "there is none on the PATH"
        raise InvalidValue(f"Spark needs Java 17 or newer, and {where}; install a JRE (openjdk-17-jre-headless)")


def _check_master(master: str) -> None:
    """Spark itself would try a standalone master for minutes."""
    if not KNOWN.fullmatch(master):
        raise InvalidValue(f"--master {master} is no master of Spark's; such as local[2], spark://host:7077 or yarn")
    if not (named := STANDALONE.fullmatch(master)):
        return
    places = [place.rpartition(":") if ":" in place else (place, "", str(PORT)) for place in named[1].split(",")]
    if not any(_answers(host, int(port)) for host, _, port in places if port.isdigit()):
        raise InvalidValue(f"nothing answers at --master {master}; such as spark://host:7077, yarn or local[2]")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), PATIENCE):
            return True
    except OSError:  # which of several masters is the active one, Spark finds out
        return False


def _first_line(problem: Exception) -> str:
    """What went wrong, without Spark's error class and SQLSTATE around it."""
    java = getattr(problem, "java_exception", None)
    text = java.toString() if java is not None else str(problem)
    line = next((line.strip() for line in text.splitlines() if line.strip()), type(problem).__name__)
    return re.sub(r"^[\w.$]*(Exception|Error): |\[[A-Z0-9_.]+\] | SQLSTATE: \w+", "", line).rstrip(". ")


@contextmanager
def _standard_error_in(said: Path) -> Iterator[None]:
    """What Java writes at standard error from here on goes to a file."""
    said.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with said.open("ab") as file:
            os.dup2(file.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
