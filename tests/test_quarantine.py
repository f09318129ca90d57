"""What is kept out is listed once, however often it comes, and marked when its attempt is in force after all."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.quarantine import Balance, balance, parts_kept_out, rows_kept_out
from etl.snapshot import open_snapshot

Etl = Callable[..., tuple[int, str, str]]
HEADER = "attempt_id,outcome,attempted_at,amount_requested,updated_at,region"
AT = "2026-10-05T04:00:00Z"
GOOD, MENDED = f"a,approved,{AT},100,,CN-GD", f"b,approved,{AT},100,,CN-GD"
BAD, NO_ID = f"b,perhaps,{AT},100,,CN-GD", f",approved,{AT},100,,CN-GD"
LATE, LATER = "2026-10-06T04:00:00Z", "2026-10-07T04:00:00Z"


def load(home: Path, *files: tuple[str, Sequence[str]], profile: str = "contract") -> None:
    """One load of files of these names and lines."""
    home.mkdir(exist_ok=True)
    paths = [home.parent / name for name, _ in files]
    for path, (_, lines) in zip(paths, files, strict=True):
        path.write_text("\n".join((HEADER, *lines)) + "\n")
    add_files(Home(home), paths, load_profile(profile), lambda *_: None)


def kept_out(home: Path) -> pd.DataFrame:
    return rows_kept_out(parts_kept_out(Home(home)))


def entries(home: Path) -> list[list[object]]:
    """File, line, times and by which file each content is mended."""
    frame = kept_out(home)[["source_file", "source_row", "times", "mended_by"]]
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def counted(home: Path) -> Balance:
    return balance(parts_kept_out(Home(home)))


def test_the_same_row_in_overlapping_exports_is_listed_once_where_it_came_first(home: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD]))
    load(home, ("2.csv", [BAD, NO_ID]))

    assert entries(home) == [["1.csv", 3, 2, None], ["2.csv", 3, 1, None]]
    assert counted(home) == Balance(open=2, mended=0, rows=3)
    assert open_snapshot(home).loads()["quarantined"].tolist() == [1, 2]


def test_a_row_that_was_mended_and_loaded_is_marked_with_the_file_that_did_it(home: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD, NO_ID]))
    load(home, ("mended.csv", [MENDED]))

    assert entries(home) == [["1.csv", 4, 1, None], ["1.csv", 3, 1, "mended.csv"]]
    assert counted(home) == Balance(open=1, mended=1, rows=2)
    assert open_snapshot(home).reconciliation().closes


def test_a_mended_row_is_open_again_after_a_rollback(etl: Etl, home: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD]))
    load(home, ("mended.csv", [MENDED]))
    etl("rollback", "--home", home)

    assert entries(home) == [["1.csv", 3, 1, None]]


@pytest.mark.parametrize(("updated", "mended_by"), [(LATE, None), (LATER, "mended.csv")])
def test_a_newer_row_that_was_kept_out_is_not_mended_by_an_older_one(
    home: Path, updated: str, mended_by: str | None
) -> None:
    load(home, ("1.csv", [f"b,perhaps,{AT},100,{LATER},CN-GD", GOOD]))
    load(home, ("mended.csv", [f"b,refused,{AT},100,{updated},CN-GD"]))

    assert entries(home) == [["1.csv", 2, 1, mended_by]]


def test_a_contradiction_is_open_until_something_newer_is_told(home: Path) -> None:
    load(home, ("1.csv", [f"a,refused,{AT},100,{LATE},CN-GD", f"a,approved,{AT},100,{LATE},CN-GD"]))
    assert entries(home) == [["1.csv", 3, 1, None]]

    load(home, ("2.csv", [f"a,approved,{AT},100,{LATER},CN-GD"]))
    assert entries(home) == [["1.csv", 3, 1, "2.csv"]]


RESTATING = """profile = "later"
en = "Later files restate"
zh = "后者为准"
later_files = "restate"
[columns.attempt_id]
column = "attempt_id"
[columns.outcome]
column = "outcome"
[columns.attempted_at]
column = "attempted_at"
"""


def test_where_later_files_restate_an_earlier_one_mends_nothing(home: Path, tmp_path: Path) -> None:
    profile = tmp_path / "later.toml"
    profile.write_text(RESTATING, encoding="utf-8")
    load(home, ("export-9.csv", [MENDED]), ("export-10.csv", [BAD]), profile=str(profile))
    assert entries(home) == [["export-10.csv", 2, 1, None]]

    load(home, ("export-11.csv", [MENDED]), profile=str(profile))
    assert entries(home) == [["export-10.csv", 2, 1, "export-11.csv"]]


def test_a_contradiction_that_a_mended_profile_read_again_is_mended(home: Path, tmp_path: Path) -> None:
    profile = tmp_path / "later.toml"
    profile.write_text(RESTATING, encoding="utf-8")
    load(home, ("1.csv", [MENDED, BAD.replace("perhaps", "refused")]))
    assert entries(home) == [["1.csv", 3, 1, None]]

    load(home, ("1.csv", [MENDED, BAD.replace("perhaps", "refused")]), profile=str(profile))
    assert entries(home) == [["1.csv", 3, 1, "1.csv"]]


def test_a_row_is_known_by_the_key_that_its_profile_declares(home: Path, tmp_path: Path) -> None:
    profile = tmp_path / "keyed.toml"
    key = 'columns = ["attempt_id", "region"]'
    profile.write_text(RESTATING.replace('column = "attempt_id"', key), encoding="utf-8")
    load(home, ("1.csv", [GOOD, BAD]), profile=str(profile))
    load(home, ("2.csv", [MENDED.replace("CN-GD", "CN-SH")]), profile=str(profile))
    assert entries(home) == [["1.csv", 3, 1, None]]

    load(home, ("3.csv", [MENDED]), profile=str(profile))
    assert entries(home) == [["1.csv", 3, 1, "3.csv"]]


def test_a_line_that_does_not_split_has_no_id_and_stays_open(home: Path) -> None:
    load(home, ("1.csv", [GOOD, "b;perhaps"]))
    load(home, ("mended.csv", [MENDED]))

    assert entries(home) == [["1.csv", 3, 1, None]]


def test_lines_of_which_nothing_is_kept_are_not_taken_for_the_same(home: Path, tmp_path: Path) -> None:
    profile = tmp_path / "dropping.toml"
    dropping = RESTATING.replace(
        "[columns.attempt_id]", 'identifiers = {amount_requested = "drop"}\n[columns.attempt_id]'
    )
    profile.write_text(dropping, encoding="utf-8")
    load(home, ("1.csv", [GOOD, "one;line", "two;line"]), profile=str(profile))

    assert entries(home) == [["1.csv", 3, 1, None], ["1.csv", 4, 1, None]]


def test_the_list_the_counts_and_the_status_tell_open_rows_from_mended_ones(etl: Etl, home: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD, NO_ID]))
    load(home, ("2.csv", [NO_ID]))
    load(home, ("mended.csv", [MENDED]))
    line = "Kept out: open 1, mended 1 (the attempt is in force); rows in all, copies among them: 3"
    listed = etl("quarantine", "--home", home)[1]

    assert listed.splitlines()[0] == "1.csv, line 4 (2 times): missing_id"
    assert ("line 3" in listed, listed.splitlines()[-1]) == (False, line)
    assert line in etl("status", "--home", home)[1]
    by_rule = etl("quarantine", "--home", home, "--by", "rule")[1].splitlines()
    assert [[cell.strip() for cell in row.strip("│").split("│")] for row in by_rule[4:6]] == [
        ["missing_id", "1", "0", "2", "1.csv", "4"],
        ["unknown_outcome", "0", "1", "1", "1.csv", "3"],
    ]


def test_everything_is_written_with_what_mended_it(etl: Etl, home: Path, tmp_path: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD, NO_ID]))
    load(home, ("mended.csv", [MENDED]))
    etl("quarantine", "--home", home, "--out", tmp_path / "all.csv")

    written = pd.read_csv(tmp_path / "all.csv", keep_default_na=False)
    assert written[["source_row", "times", "mended_by"]].to_numpy().tolist() == [[4, 1, ""], [3, 1, "mended.csv"]]


def test_one_row_is_no_rows(etl: Etl, home: Path, tmp_path: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD]))

    assert "rows 1\n" in etl("quarantine", "--home", home, "--out", tmp_path / "all.csv")[1]


def test_an_id_with_somebodys_number_in_it_is_kept_nowhere_and_never_mended(home: Path) -> None:
    others = [GOOD.replace("a", f"a{n}", 1) for n in range(200)]
    load(home, ("1.csv", [*others, "13800138000,perhaps,soon,100,,CN-GD"]))

    parts = [pd.read_parquet(path).to_csv() for path in parts_kept_out(Home(home))]
    assert len(parts) == 2
    assert not [text for text in parts if "13800138000" in text]


def test_what_an_earlier_version_kept_out_is_listed_as_open(home: Path) -> None:
    load(home, ("1.csv", [GOOD, BAD]))
    parts = [path for path in parts_kept_out(Home(home)) if path.parent.name == "quarantine"]
    for path in parts:
        pd.read_parquet(path)[["source_file", "source_row", "rules_broken", "raw"]].to_parquet(path, index=False)

    assert rows_kept_out(parts)[["source_row", "times"]].to_numpy().tolist() == [[3, 1]]
