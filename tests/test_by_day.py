"""Rows are written by day, whatever the order they stand in: none is lost and none comes twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from etl import duck
from etl.by_day import write_by_day

Rows = list[tuple[date | None, int]]

FIRST = date(2026, 10, 1)
ROWS, DAYS = 60_000, 20
IN_ORDER: Rows = [(FIRST + timedelta(days=row * DAYS // ROWS), row) for row in range(ROWS)]
SCATTERED: Rows = [(FIRST + timedelta(days=row % DAYS), row) for row in range(ROWS)]
ONE_DAY: Rows = [(FIRST, row) for row in range(10)]
MANY_DAYS: Rows = [(FIRST + timedelta(days=row), row) for row in range(150)]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duck.Connection]:
    with duck.workbench(tmp_path) as connection:
        yield connection


@pytest.mark.parametrize("rows", [IN_ORDER, SCATTERED, ONE_DAY, MANY_DAYS])
def test_each_day_has_one_or_more_files_with_its_rows_and_no_others(
    rows: Rows, connection: duck.Connection, tmp_path: Path
) -> None:
    duck.make_table(connection, "told", "day date, number integer", rows)
    connection.table("told").create_view("log")

    files = write_by_day(connection, "log", tmp_path / "days")

    assert [day for day, _ in files] == sorted(day for day, _ in files)
    for day, path in files:
        assert {str(found) for found, _ in connection.read_parquet(str(path)).fetchall()} == {day}
    written = connection.read_parquet([str(path) for _, path in files]).fetchall()
    assert sorted(written) == sorted(rows)


def test_where_there_is_no_row_there_is_no_file(connection: duck.Connection, tmp_path: Path) -> None:
    duck.make_table(connection, "log", "day date, number integer", [])

    assert write_by_day(connection, "log", tmp_path / "days") == []


def test_one_relation_after_the_other_goes_below_the_same_folder(connection: duck.Connection, tmp_path: Path) -> None:
    written = []
    for day in (FIRST, FIRST + timedelta(days=1)):
        duck.make_table(connection, "log", "day date, number integer", [(day, 1)])
        written += write_by_day(connection, "log", tmp_path / "days")

    assert [day for day, path in written if path.exists()] == ["2026-10-01", "2026-10-02"]
