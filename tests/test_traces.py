"""Trials and loads that publish nothing leave a home as it was, and one that was not there is not made."""

from collections.abc import Callable
from pathlib import Path

import pytest

from etl.command_line import USER_MISTAKE
from etl.home import Home

Etl = Callable[..., tuple[int, str, str]]
AT = "2026-10-05T04:00:00Z"
HEADER = "attempt_id,outcome,attempted_at,applicant_id\n"
GOOD = f"a,refused,{AT},somebody\n"
PROFILE = """profile = "hashing"
en = "Hashing"
zh = "散列"
[columns.attempt_id]
column = "attempt_id"
[columns.outcome]
column = "outcome"
[columns.attempted_at]
column = "attempted_at"
[columns.applicant_id]
column = "applicant_id"
hash = true
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A log, and a profile that hashes a column of it."""
    log, profile = tmp_path / "log.csv", tmp_path / "hashing.toml"
    log.write_text(HEADER + GOOD)
    profile.write_text(PROFILE, encoding="utf-8")
    return log, profile


def paths_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def mostly_bad(log: Path) -> None:
    log.write_text(HEADER + GOOD + "".join(f"{n},perhaps,{AT},\n" for n in range(200)))


def test_a_dry_run_makes_no_home(etl: Etl, tmp_path: Path, files: tuple[Path, Path]) -> None:
    before = paths_in(tmp_path)

    assert etl("load", files[0], "--profile", files[1], "--home", tmp_path / "new" / "home", "--dry-run")[0] == 0
    assert paths_in(tmp_path) == before


def test_a_load_that_is_refused_makes_no_home(etl: Etl, tmp_path: Path, files: tuple[Path, Path]) -> None:
    mostly_bad(files[0])
    before = paths_in(tmp_path)

    assert etl("load", files[0], "--profile", files[1], "--home", tmp_path / "new" / "home")[0] == USER_MISTAKE
    assert paths_in(tmp_path) == before


@pytest.mark.parametrize("is_trial", [True, False])
def test_nothing_new_is_in_a_home_that_was_there(
    etl: Etl, home: Path, tmp_path: Path, files: tuple[Path, Path], is_trial: bool
) -> None:
    etl("load", files[0], "--home", home)
    Home(home).lock.unlink()
    mostly_bad(files[0])
    before = paths_in(tmp_path)
    etl("load", files[0], "--profile", files[1], "--home", home, *(["--dry-run"] if is_trial else []))

    assert paths_in(tmp_path) == before


@pytest.mark.parametrize("words", [("build",), ("rollback",)])
def test_where_there_is_nothing_to_build_or_to_go_back_to_no_home_is_made(
    etl: Etl, home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert etl(*words, "--home", home)[0] == USER_MISTAKE
    assert paths_in(tmp_path) == []


def test_files_of_somebody_else_in_a_new_home_stay(etl: Etl, home: Path, files: tuple[Path, Path]) -> None:
    home.mkdir()
    (home / "events.toml").write_text("")
    etl("load", files[0], "--home", home, "--dry-run")

    assert paths_in(home) == ["events.toml"]


def test_what_a_killed_run_spilled_is_cleared_by_the_next_writer(
    etl: Etl, home: Path, files: tuple[Path, Path]
) -> None:
    (home / ".spill").mkdir(parents=True)
    (home / ".spill" / "duckdb_temp_storage-0.tmp").write_bytes(b"rows")
    etl("load", files[0], "--home", home)

    assert not (home / ".spill").exists()
