"""Input that the core once stumbled over, and what it does instead."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.__main__ import app
from etl.command_line import run
from etl.errors import DamagedSnapshot, InvalidValue, RefusalLensError
from etl.home import Home
from etl.lock import writing
from etl.periods import Comparison, Period, comparison_period
from etl.pipeline import add_files, rebuild
from etl.profile import load_profile
from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot, open_snapshot
from synthetic_data import write_world

Publish = Callable[..., Snapshot]
Shows = Callable[[pd.DataFrame, str], None]

PROFILE = """
profile = "mine"
en = "Mine"
zh = "我的"
columns.attempt_id.column = "i"
columns.attempted_at.column = "t"
columns.outcome.column = "o"
"""


def _load(home: Path, *paths: Path, profile: str | Path = "contract") -> Snapshot:
    add_files(Home(home), list(paths), load_profile(str(profile)), lambda *_: None)
    return open_snapshot(home)


def _profile(folder: Path, more: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(PROFILE + more, encoding="utf-8")
    return path


def _file(folder: Path, content: str, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


def _counts(snapshot: Snapshot) -> tuple[int, int, int]:
    rows = snapshot.reconciliation()
    return rows.loaded, rows.duplicates, rows.quarantined


# ------------------------------------------------------------------------------------------- rows


def test_an_instant_at_the_end_of_time_is_kept_out(publish: Publish) -> None:
    assert _counts(publish("at\n294247-01-10\n2026-10-05")) == (1, 0, 1)


def test_amounts_up_to_the_largest_accepted_add_up(publish: Publish) -> None:
    huge = publish("amount|currency|times\n1000000000000|CNY|20\n9999999999999999.99|CNY|1")

    assert _counts(huge) == (20, 0, 1)
    assert ask(huge, Question(("amount_refused",)))["amount_refused"].item() == pytest.approx(2e13)


def test_an_amount_too_large_in_its_unit_is_kept_out(home: Path, tmp_path: Path) -> None:
    more = 'columns.amount_requested = { column = "a", unit = 1000 }'
    file = _file(tmp_path, "i,t,o,a\n1,2026-10-05,refused,9999999999999999\n2,2026-10-05,refused,1\n")

    assert _counts(_load(home, file, profile=_profile(tmp_path, more))) == (1, 0, 1)


def test_reason_lists_of_many_lengths_have_a_common_denominator(publish: Publish) -> None:
    lists = [" ".join(f"X{code}" for code in range(length)) for length in (16, 9, 5, 7, 11, 13, 17, 19, 23)]

    assert publish("\n".join(("reasons", *lists))).info.fraction_units == 16 * 9 * 5 * 7 * 11 * 13 * 17 * 19 * 23


def test_a_list_of_blank_slots_is_a_refusal_without_reason(publish: Publish) -> None:
    rules = publish("reasons|region|amount\n_ _|CN-GD|1").quarantine()

    assert rules["rule"].tolist() == ["refusal_without_reason"]


def test_an_attempt_restated_on_another_day_is_still_one_attempt(publish: Publish) -> None:
    publish("id|at|outcome|updated\na|2026-10-05|pending|2026-10-05T00:00:00Z")
    moved = publish("id|at|outcome|updated\na|2026-10-06|refused|2026-10-07T00:00:00Z")

    assert ask(moved, Question(("attempts", "refusals", "pending"))).iloc[0].tolist() == [1, 1, 0]


def test_a_year_may_be_labelled_by_any_of_its_days(publish: Publish, shows: Shows) -> None:
    yearly = publish("at|grain\n2016-02-29|year")

    assert (yearly.info.first_day, yearly.info.last_day) == (date(2016, 1, 1), date(2016, 12, 31))


# ------------------------------------------------------------------------------------------- files


def test_a_file_may_mix_two_kinds_of_line_ends(home: Path, tmp_path: Path) -> None:
    file = _file(tmp_path, "attempt_id,attempted_at,outcome\r\n1,2026-10-05,refused\r\n2,2026-10-05,refused\n")

    assert _counts(_load(home, file)) == (2, 0, 0)


def test_a_line_in_another_encoding_is_kept_out_wherever_it_stands(home: Path, tmp_path: Path) -> None:
    file = _file(tmp_path, "attempt_id,attempted_at,outcome,city\n1,2026-10-05,refused,广州\n")
    file.write_bytes(file.read_bytes() + "2,2026-10-05,refused,深圳\n".encode("gbk"))

    assert _counts(_load(home, file)) == (1, 0, 1)


def test_notes_that_are_somebody_elses_are_one_line(home: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"is_complete": true, "last_day": 20261005}', encoding="utf-8")
    with pytest.raises(RefusalLensError, match=r"manifest\.json"):
        _load(home, _file(tmp_path, "attempt_id,attempted_at,outcome\n1,2026-10-05,refused\n"))


SOMEBODYS_NOTES = ["[]", "3", "null", '{"is_complete": true, "last_day": "9999-12-31"}', "[" * 99_999, "{"]


@pytest.mark.parametrize("content", SOMEBODYS_NOTES)
def test_notes_of_any_shape_are_one_line(home: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(RefusalLensError, match=r"manifest\.json"):
        _load(home, _file(tmp_path, "attempt_id,attempted_at,outcome\n1,2026-10-05,refused\n"))


def test_the_same_content_twice_in_one_load_is_read_once(home: Path, tmp_path: Path) -> None:
    content = "attempt_id,attempted_at,outcome\n1,2026-10-05,refused\n"
    paths = [_file(tmp_path, content, name) for name in ("a.csv", "b.csv")]

    assert _counts(_load(home, *paths, paths[0])) == (1, 0, 0)


def _worlds(folder: Path, *worlds: str) -> list[Path]:
    """Folders with a log each, whose notes name the invented world that they are from."""
    for number, world in enumerate(worlds):
        (folder / str(number)).mkdir()
        notes = json.dumps({"synthetic": True, "world_id": world})
        (folder / str(number) / "manifest.json").write_text(notes, encoding="utf-8")
        _file(folder / str(number), f"attempt_id,attempted_at,outcome\n{number},2026-10-05,refused\n")
    return [folder / str(number) for number in range(len(worlds))]


def test_a_home_holds_one_world(home: Path, tmp_path: Path) -> None:
    first, more, other = _worlds(tmp_path, "a", "a", "b")
    with pytest.raises(RefusalLensError, match="of several synthetic worlds"):
        _load(home, first, other)
    _load(home, first)
    with pytest.raises(InvalidValue, match="this home holds another world; use --home OTHER_FOLDER"):
        _load(home, other)

    assert _counts(_load(home, more)) == (2, 0, 0)


def test_a_demo_of_another_world_says_so_before_anything_is_written(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_world(home, days=2, attempts=100)
    _load(home, home / "logs")
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file() and path != Home(home).lock}

    assert run(app, ["demo", "--home", str(home), "--days", "3", "--attempts", "100"]) == 2
    assert "this home holds another world; use --home OTHER_FOLDER" in capsys.readouterr().err
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_a_second_demo_at_once_is_told_so_in_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with writing(Home(home)):
        assert run(app, ["demo", "--home", str(home), "--days", "1", "--attempts", "100"]) == 2

    assert capsys.readouterr().err.startswith("error: another load or build is writing to")
    assert not (home / "logs").exists()


def test_two_folders_may_hold_files_of_the_same_name(home: Path, tmp_path: Path) -> None:
    paths = []
    for folder, outcome in (("a", "refused"), ("b", "whatever")):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "log.parquet")
        row = {"attempt_id": [folder], "attempted_at": ["2026-10-05"], "outcome": [outcome]}
        pd.DataFrame(row).to_parquet(paths[-1])

    assert _counts(_load(home, *paths)) == (1, 0, 1)


def test_a_profile_with_words_in_one_language_is_one_line(home: Path, tmp_path: Path) -> None:
    profile = _profile(tmp_path, 'words.product.loan.en = "Loan"')
    with pytest.raises(RefusalLensError, match="zh"):
        _load(home, _file(tmp_path, "i,t,o\n1,2026-10-05,refused\n"), profile=profile)


def test_several_reason_columns_without_a_scheme_are_slots_of_their_own_codes(home: Path, tmp_path: Path) -> None:
    profile = _profile(tmp_path, 'columns.reason_codes.columns = ["r1", "r2"]')
    file = _file(tmp_path, "i,t,o,r1,r2\n1,2026-10-05,refused,U101,U301\n2,2026-10-05,refused,,U301\n")
    counted = ask(_load(home, file, profile=profile), Question(("refusals",), ("reason",), attribution=Attribution.ANY))

    assert dict(zip(counted["reason"], counted["refusals"], strict=True)) == {"U101": 1, "U301": 2, "unspecified": 1}


@pytest.mark.parametrize("content", ["events = 3", "events = [3]"])
def test_a_calendar_that_is_no_list_of_events_is_one_line(publish: Publish, home: Path, content: str) -> None:
    publish("outcome\nrefused")
    (home / "events.toml").write_text(content, encoding="utf-8")
    with pytest.raises(RefusalLensError, match=r"events\.toml"):
        rebuild(Home(home), False, lambda *_: None)


def test_a_home_is_built_again_though_its_logs_folder_holds_no_log(publish: Publish, home: Path) -> None:
    publish("outcome\nrefused")
    (home / "logs").mkdir()
    (home / "logs" / "notes.txt").write_text("none yet", encoding="utf-8")

    rebuild(Home(home), False, lambda *_: None)


def test_an_as_of_with_an_offset_is_a_moment_of_the_business_zone(publish: Publish) -> None:
    declared = publish("at\n2026-10-05", as_of="2026-10-05T16:00:00Z")
    later = publish("at\n2026-10-07 09:00")

    assert declared.info.as_of.replace(tzinfo=None).isoformat() == "2026-10-06T00:00:00"
    assert later.info.as_of.isoformat() == "2026-10-07T09:00:00"


def test_a_snapshot_cut_off_in_the_middle_is_damaged(publish: Publish, home: Path) -> None:
    path = publish("\n".join(("reasons|city", *(f"R{code}|C{code}" for code in range(3000))))).path
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(DamagedSnapshot, match="etl build"):
        ask(open_snapshot(home), Question(("refusals",), ("city", "reason")))


# ------------------------------------------------------------------------------------------- questions


@pytest.fixture(scope="module")
def two_days(publish_once: Publish) -> Snapshot:
    return publish_once("at|reasons\n2026-10-31 09:00|U101\n2026-11-01 10:00|U102 U201")


@pytest.mark.parametrize("dimension", ["cause", "layer"])
def test_a_value_is_listed_once(two_days: Snapshot, dimension: str) -> None:
    values = two_days.values(dimension)

    assert sorted(set(values)) == sorted(values)


@pytest.mark.parametrize(("bucket", "value"), [("day", "2026-10-31"), ("month", "2026-10-01"), ("hour", "9")])
def test_a_filter_may_name_a_moment_of_time(two_days: Snapshot, bucket: str, value: str) -> None:
    kept = {bucket: Selection((value,))}

    assert ask(two_days, Question(("refusals",), where=kept))["refusals"].item() == 1


@pytest.mark.parametrize("by", [("month", "day"), ("day", "weekday")])
def test_two_buckets_of_time_meet_only_where_they_overlap(two_days: Snapshot, by: tuple[str, ...]) -> None:
    assert len(ask(two_days, Question(("refusals",), by))) == 2


def test_a_log_without_regions_carries_no_macro_regions(two_days: Snapshot) -> None:
    assert not two_days.has("region")
    assert not two_days.has("macro_region")


def test_a_year_that_is_no_calendar_year_does_not_overlap_its_comparison() -> None:
    period: Any = Period(date(2025, 11, 1), date(2026, 10, 31))

    assert comparison_period(period, Comparison.LAST_YEAR).until < period.since
