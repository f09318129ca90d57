"""Looking before loading, what is kept out and why, reading everything again, and going back."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from etl.command_line import USER_MISTAKE
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.query import Question, ask
from etl.snapshot import open_snapshot

Etl = Callable[..., tuple[int, str, str]]
HEADER = "attempt_id,outcome,attempted_at,amount_requested,region,reason_codes\n"
AT = "2026-10-05T04:00:00Z"
GOOD = f"a,refused,{AT},100,CN-GD,U101\nb,approved,{AT},100,CN-GD,\n"
BAD = f"c,perhaps,{AT},-9,CN-GD,\nd,perhaps,{AT},100,CN-GD,\n"


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + GOOD + BAD)
    return path


def count(home: Path) -> int:
    return int(ask(open_snapshot(home), Question(("rows",)))["rows"].item())


def files_of(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file() and path.name != "writer.lock")


# ------------------------------------------------------------------------------------------- before loading


def test_check_says_what_would_be_kept_out_and_leaves_nothing_behind(etl: Etl, log_file: Path, tmp_path: Path) -> None:
    code, out, err = etl("check", log_file)

    assert (code, err) == (0, "")
    assert "unknown_outcome" in out
    assert "log.csv, line 4: unknown_outcome|negative_amount" in out
    assert "Nothing was loaded" in out
    assert files_of(tmp_path) == [log_file]


def test_a_dry_run_does_everything_but_publish(etl: Etl, log_file: Path, home: Path) -> None:
    code, out, _ = etl("load", log_file, "--home", home, "--dry-run")

    assert code == 0
    assert "stays as it is" in out
    assert files_of(home) == []
    etl("load", log_file, "--home", home)
    before = files_of(home)
    log_file.write_text(HEADER + GOOD + "e,approved,2026-10-06T04:00:00Z,100,CN-GD,\n")
    etl("load", log_file, "--home", home, "--dry-run")
    assert (files_of(home), count(home)) == (before, 2)


def test_machines_get_one_json_object(etl: Etl, log_file: Path, home: Path) -> None:
    told = json.loads(etl("load", log_file, "--home", home, "--json")[1])
    again = json.loads(etl("load", log_file, "--home", home, "--json")[1])
    checked = json.loads(etl("check", log_file, "--json")[1])

    assert told["snapshot_id"] != again["snapshot_id"]
    assert again["load"] is None
    for load in (told["load"], checked["load"]):
        counts = {name: load[name] for name in ("rows_read", "loaded", "restated", "duplicates", "quarantined")}
        assert counts == {"rows_read": 4, "loaded": 2, "restated": 0, "duplicates": 0, "quarantined": 2}


def test_a_log_that_is_mostly_bad_is_not_published_unless_one_insists(etl: Etl, log_file: Path, home: Path) -> None:
    rows = [f"{n},{'perhaps' if n % 5 == 0 else 'refused'},{AT},1,CN-GD,U101" for n in range(200)]
    log_file.write_text(HEADER + "\n".join(rows) + "\n")
    code, out, err = etl("load", log_file, "--home", home)

    assert (code, out) == (USER_MISTAKE, "")
    assert err.startswith("error: 40 of 200 rows break the contract (unknown_outcome: 40), more than 10%; nothing was")
    assert not home.exists()
    assert "more than 10%" in etl("check", log_file)[1]
    home.mkdir()
    (home / "settings.toml").write_text("[quarantine]\nrefuse_above = 0.2\n")
    code, _, err = etl("load", log_file, "--home", home)
    assert (code, "warning: 40 of 200 rows were kept out (unknown_outcome: 40)" in err) == (0, True)
    (home / "settings.toml").unlink()
    log_file.write_text(log_file.read_text() + f"x,refused,{AT},1,CN-GD,U101\n" + "y,,,,,\n" * 60)
    assert etl("load", log_file, "--home", home)[0] == USER_MISTAKE
    assert etl("load", log_file, "--home", home, "--force")[0] == 0
    assert count(home) == 161


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("busines_zone = 'Asia/Shanghai'", "unknown key 'busines_zone'; did you mean business_zone?"),
        ("business_zone = 'Mars'", "business_zone 'Mars' is no time zone; write it such as Asia/Shanghai"),
        ("business_zone = ", "Invalid value (at end of document)"),
        ("[quarantine]\nrefuse_above = 10", "refuse_above must be a share between 0 and 1, such as 0.1, not 10"),
    ],
)
def test_a_mistake_in_the_settings_is_one_line(etl: Etl, log_file: Path, home: Path, text: str, line: str) -> None:
    home.mkdir()
    (home / "settings.toml").write_text(text)
    code, _, err = etl("load", log_file, "--home", home)

    assert (code, err.count("\n")) == (USER_MISTAKE, 1)
    assert err.startswith(f"error: {home / 'settings.toml'}: ")
    assert line in err
    assert err.endswith(f"; correct it, then run: python -m etl load PATH --home {home}\n")


def test_days_are_cut_in_the_zone_of_the_settings_and_not_in_another_one_later(
    etl: Etl, log_file: Path, home: Path
) -> None:
    home.mkdir()
    (home / "settings.toml").write_text('business_zone = "America/New_York"')
    log_file.write_text(HEADER + "a,refused,2026-10-05T03:00:00Z,1,CN-GD,U101\n")
    etl("load", log_file, "--home", home)
    assert open_snapshot(home).info.first_day.isoformat() == "2026-10-04"

    (home / "settings.toml").write_text('business_zone = "Asia/Shanghai"')
    log_file.write_text(HEADER + "b,refused,2026-10-05T03:00:00Z,1,CN-GD,U101\n")
    code, _, err = etl("load", log_file, "--home", home)
    assert code == USER_MISTAKE
    assert "the days in" in err


# ------------------------------------------------------------------------------------------- kept out


@pytest.fixture
def live(log_file: Path, home: Path) -> Path:
    add_files(Home(home), [log_file], load_profile("contract"), lambda *_: None)
    return home


def test_rows_kept_out_are_listed_with_file_line_rules_and_what_they_say(etl: Etl, live: Path) -> None:
    out = etl("quarantine", "--home", live)[1]

    assert out.splitlines()[0] == "log.csv, line 4: unknown_outcome|negative_amount"
    assert json.loads(out.splitlines()[1])["outcome"] == "perhaps"
    assert "line 5: unknown_outcome" in out


@pytest.mark.parametrize(
    ("by", "expected"),
    [("rule", ["unknown_outcome", "2", "0", "2", "log.csv", "4"]), ("file", ["log.csv", "2", "0", "2", "4", "5"])],
)
def test_rows_kept_out_are_counted(etl: Etl, live: Path, by: str, expected: list[str]) -> None:
    lines = etl("quarantine", "--home", live, "--by", by)[1].splitlines()

    assert [cell.strip() for cell in lines[4].strip("│").split("│")] == expected


def test_rows_kept_out_can_be_narrowed_to_a_rule_and_written(etl: Etl, live: Path, tmp_path: Path) -> None:
    etl("quarantine", "--home", live, "--rule", "negative_amount", "--out", tmp_path / "bad.csv")
    code, _, err = etl("quarantine", "--home", live, "--rule", "negative")

    assert pd.read_csv(tmp_path / "bad.csv")["source_row"].tolist() == [4]
    assert (code, err.count("\n")) == (USER_MISTAKE, 1)
    assert "negative_amount" in err


def test_a_row_kept_out_is_mended_and_loaded_again(live: Path, log_file: Path) -> None:
    mended = log_file.with_name("mended.csv")
    mended.write_text(HEADER + BAD.replace("perhaps", "refused").replace("-9", "9"))
    add_files(Home(live), [mended], load_profile("contract"), lambda *_: None)

    assert count(live) == 4
    assert open_snapshot(live).reconciliation().closes


# ------------------------------------------------------------------------------------------- reading again, going back


def damaged(home: Path, pattern: str) -> Path:
    """A file of the home with one bit turned over."""
    path = next(home.rglob(pattern))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    return path


def test_what_is_as_it_was_written_is_said_to_be_so(etl: Etl, live: Path) -> None:
    code, out, err = etl("verify", "--home", live)

    assert (code, err) == (0, "")
    assert "3 parts with 2 attempts" in out


@pytest.mark.parametrize("pattern", ["store/attempts/*/*.parquet", "store/quarantine/*.parquet", "snapshots/*.duckdb"])
def test_a_bit_that_turned_over_is_found_and_its_file_named(etl: Etl, live: Path, pattern: str) -> None:
    path = damaged(live, pattern)
    code, _, err = etl("verify", "--home", live)

    assert code == USER_MISTAKE
    assert path.name in err
    assert "Traceback" not in err


def test_a_rollback_makes_the_snapshot_before_live_and_the_later_load_can_come_again(
    etl: Etl, live: Path, log_file: Path
) -> None:
    first = open_snapshot(live).id
    later = log_file.with_name("later.csv")
    later.write_text(HEADER + "e,refused,2026-10-06T04:00:00Z,1,CN-GD,U101\n")
    etl("load", later, "--home", live)
    assert count(live) == 3

    assert etl("rollback", "--home", live)[0] == 0
    assert (open_snapshot(live).id, count(live)) == (first, 2)
    etl("load", later, "--home", live)
    assert count(live) == 3


def test_a_rollback_goes_to_where_the_live_snapshot_came_from(etl: Etl, live: Path, log_file: Path) -> None:
    first = open_snapshot(live).id
    for name in ("f", "g"):
        later = log_file.with_name(f"{name}.csv")
        later.write_text(f"{HEADER}{name},refused,2026-10-06T04:00:00Z,1,CN-GD,U101\n")
        etl("load", later, "--home", live)
        etl("rollback", "--home", live)

    assert open_snapshot(live).id == first
    etl("load", log_file.with_name("g.csv"), "--home", live)
    etl("rollback", "--home", live)
    assert open_snapshot(live).id == first


def test_there_is_no_way_back_to_a_snapshot_that_was_changed(etl: Etl, live: Path, log_file: Path) -> None:
    damaged(live, "snapshots/*.duckdb")
    later = log_file.with_name("later.csv")
    later.write_text(f"{HEADER}e,refused,2026-10-06T04:00:00Z,1,CN-GD,U101\n")
    etl("load", later, "--home", live)
    code, _, err = etl("rollback", "--home", live)

    assert (code, err.count("\n")) == (USER_MISTAKE, 1)
    assert "was changed after it was published" in err


def test_a_mended_profile_reads_a_file_once_more_that_it_kept_rows_out_of(etl: Etl, live: Path, log_file: Path) -> None:
    mended = log_file.with_name("mended.toml")
    columns = "".join(
        f'[columns.{name}]\ncolumn = "{name}"\n' for name in HEADER.split(",")[:1] + HEADER.split(",")[2:5]
    )
    values = '[columns.outcome]\ncolumn = "outcome"\n[columns.outcome.values]\nperhaps = "refused"\n'
    mended.write_text(f'profile = "mended"\nen = "Mended"\nzh = "已修正"\n{columns}{values}', encoding="utf-8")
    etl("load", log_file, "--home", live, "--profile", mended)

    assert open_snapshot(live).loads()[["loaded", "quarantined"]].iloc[-1].tolist()[0] == 1


def test_there_is_no_way_back_to_what_is_not_kept_to_what_is_not_kept(etl: Etl, live: Path) -> None:
    for words in ((), ("--to", "yesterday")):
        code, _, err = etl("rollback", "--home", live, *words)
        assert (code, err.count("\n")) == (USER_MISTAKE, 1)
