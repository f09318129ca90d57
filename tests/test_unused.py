"""Columns that nothing reads are named once per load; names and commands show nobody's number."""

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from etl.errors import DamagedSnapshot
from etl.profile import load_profile
from etl.snapshot import open_snapshot

Etl = Callable[..., tuple[int, str, str]]
HEADER, ROW = "attempt_id,outcome,attempted_at,chanel,note", "a,refused,2026-10-05T04:00:00Z,app,x"
PROFILE = """profile = "mine"
en = "Mine"
zh = "自有"
identifiers = {note = "drop"}
[columns.attempt_id]
column = "attempt_id"
[columns.outcome]
column = "outcome"
[columns.attempted_at]
column = "attempted_at"
"""


def write(path: Path, header: str = HEADER, row: str = ROW) -> Path:
    path.write_text(f"{header}\n{row}\n")
    return path


def test_columns_that_nothing_reads_are_named_in_one_line(etl: Etl, home: Path, tmp_path: Path) -> None:
    log = write(tmp_path / "log.csv")
    shown = etl("check", log)[1]
    told = json.loads(etl("load", log, "--home", home, "--json")[1])["load"]

    assert "Columns that nothing reads: chanel, note\n" in shown
    assert told["unused"] == ["chanel", "note"]
    assert etl("status", "--home", home)[0] == 0


def test_what_a_profile_maps_or_drops_is_read(etl: Etl, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(PROFILE, encoding="utf-8")

    assert "Columns that nothing reads: chanel\n" in etl("check", write(tmp_path / "log.csv"), "--profile", profile)[1]


def test_nothing_is_said_where_every_column_is_read(etl: Etl, tmp_path: Path) -> None:
    log = write(tmp_path / "log.csv", HEADER.rsplit(",", 2)[0], ROW.rsplit(",", 2)[0])

    assert "nothing reads" not in etl("check", log)[1]


def test_a_shipped_profile_knows_what_it_leaves() -> None:
    assert load_profile("hmda2018").unused(["a column of theirs"]) == []


def test_the_name_of_a_column_that_is_a_number_of_somebody_is_masked() -> None:
    assert load_profile("contract").unused(["outcome", "call 13800138000"]) == ["call ***"]


def test_a_line_names_a_dozen_columns_and_counts_the_others(etl: Etl, tmp_path: Path) -> None:
    names = [f"c{n}" for n in range(15)]
    log = write(tmp_path / "log.csv", ",".join((HEADER, *names)), ",".join((ROW, *names)))

    assert "chanel, note, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 5 more\n" in etl("check", log)[1]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("my log.csv", "python -m etl profile '{folder}/my log.csv'"),
        ("13800138000.csv", "python -m etl profile FILE"),
    ],
)
def test_a_suggested_command_can_be_copied(etl: Etl, tmp_path: Path, name: str, command: str) -> None:
    err = etl("check", write(tmp_path / name, "a,b", "1,2"))[2]

    assert command.format(folder=tmp_path) in err
    assert "13800138000" not in err


@pytest.mark.parametrize("lack", ["drop table scheme_versions", "alter table scheme_versions drop column is_break"])
def test_a_snapshot_of_another_version_is_one_line_with_the_command(
    etl: Etl, home: Path, tmp_path: Path, lack: str
) -> None:
    etl("load", write(tmp_path / "log.csv"), "--home", home)
    [path] = home.glob("snapshots/*.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(lack)

    with pytest.raises(
        DamagedSnapshot, match=f"is of another version, a table or column is missing; run: .* --home {home}"
    ):
        open_snapshot(home).scheme_versions()
    assert etl("build", "--home", home)[0] == 0
    assert len(open_snapshot(home).scheme_versions()) == 0
