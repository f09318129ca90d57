"""A large text file is read in pieces: where they meet shows nowhere, and only odd lines are written behind numbers."""

from pathlib import Path

import pytest

from etl import duck
from etl.profile import load_profile
from etl.text_files import land_staged, staged_pieces

LINES = 60_000
BLOCK = 1
"""As few bytes as there can be: a piece is then what is read at once, about a megabyte."""

Rows = list[tuple[str | int | None, ...]]


@pytest.fixture
def log(tmp_path: Path) -> list[str]:
    """`attempt_id,attempted_at,outcome` and as many lines as three pieces need; line 1 names the columns."""
    times = (f"2026-10-31T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z" for number in range(LINES))
    return ["attempt_id,attempted_at,outcome", *(f"a{number},{time},approved" for number, time in enumerate(times))]


def read(lines: list[str], folder: Path) -> tuple[Rows, Rows, list[bool]]:
    """Rows with the number of their line, lines kept out, and of each piece whether it was read as it stands."""
    path = folder / "log.csv"
    path.write_bytes("\n".join([*lines, ""]).encode())
    rows: Rows = []
    kept_out: Rows = []
    stood: list[bool] = []
    for staged in staged_pieces(path, load_profile("contract"), folder, BLOCK):
        with duck.workbench(folder) as connection:
            land_staged(connection, path.name, staged)
            rows += duck.all_rows(connection, "numbered")
            kept_out += duck.all_rows(connection, "malformed")
        stood.append(staged.lines is not None and staged.path.exists())
    return rows, kept_out, stood


def as_rows(lines: list[str]) -> Rows:
    return [(*line.split(","), number) for number, line in enumerate(lines, start=1) if number > 1]


def test_the_lines_of_all_pieces_count_on(log: list[str], tmp_path: Path) -> None:
    rows, kept_out, stood = read(log, tmp_path)

    assert (rows, kept_out) == (as_rows(log), [])
    assert len(stood) > 2
    assert all(stood)


def test_a_line_that_does_not_split_is_kept_out_and_only_its_piece_is_numbered(log: list[str], tmp_path: Path) -> None:
    log[30_000] = "a,b"

    rows, kept_out, stood = read(log, tmp_path)

    assert kept_out == [("log.csv", 30_001, "a,b")]
    assert rows == [row for row in as_rows(log) if row[-1] != 30_001]
    assert stood.count(False) == 1


def test_one_delimiter_too_many_is_one_too_many_in_every_piece(log: list[str], tmp_path: Path) -> None:
    log[30_000] += ","

    _, kept_out, _ = read(log, tmp_path)

    assert kept_out == [("log.csv", 30_001, log[30_000])]


def test_lines_that_end_in_an_empty_value_stand_as_they_are(log: list[str], tmp_path: Path) -> None:
    empty = [line.removesuffix("approved") if number else line for number, line in enumerate(log)]

    rows, kept_out, stood = read(empty, tmp_path)

    assert {row[2] for row in rows} == {None}
    assert kept_out == []
    assert all(stood)


def test_a_value_of_two_lines_is_one_row_wherever_pieces_meet(log: list[str], tmp_path: Path) -> None:
    end = len("\n".join(log).encode()[:1_000_000].decode().split("\n"))
    for number in range(end - 3, end + 3, 2):
        log[number : number + 2] = [f'"b{number}', f'c",{log[number].split(",", 1)[1]}']

    rows, kept_out, stood = read(log, tmp_path)

    assert kept_out == []
    assert [row[0] for row in rows if "\n" in str(row[0])] == [f"b{n}\nc" for n in range(end - 3, end + 3, 2)]
    assert len(rows) == LINES - 3
    assert rows[-1] == as_rows(log)[-1]
    assert stood[-1]
