"""Times of files that have types of their own become text once, and it is the text that DuckDB writes itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from etl import duck
from etl.tables import with_times_as_text

MOMENTS = ["2026-10-05 10:00:00.12+00", "0044-03-15 (BC) 10:00:00+00", "10000-01-01 00:00:00+00", "infinity", None]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duck.Connection]:
    with duck.workbench(tmp_path) as connection:
        yield connection


@pytest.mark.parametrize("type_", ["timestamp", "timestamptz", "timestamp_s", "timestamp_ms"])
def test_a_time_reads_as_the_database_writes_it(type_: str, connection: duck.Connection) -> None:
    duck.make_table(connection, "told", f"moment {type_}", [(moment,) for moment in MOMENTS])
    told = connection.table("told")

    itself = [text for (text,) in told.select("cast(moment as varchar)").fetchall()]

    assert [text for (text,) in with_times_as_text(told).fetchall()] == itself


def test_other_columns_stay_as_they_are(connection: duck.Connection) -> None:
    duck.make_table(connection, "told", "day date, amount decimal(9, 2)", [("2026-10-05", "1.50")])
    told = connection.table("told")

    assert with_times_as_text(told).fetchall() == told.fetchall()
