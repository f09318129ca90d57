"""From files to the store: what the contract keeps out, what is a duplicate, whose day it is, whose home it is."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.catalogue.rules import CONFLICTING, MALFORMED, Severity, load_rules
from etl.duck import model
from etl.errors import InvalidValue, RefusedToPublish, UnreadableInput
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.query import Question, ask
from etl.snapshot import Snapshot, open_snapshot

Publish = Callable[..., Snapshot]
Shows = Callable[[pd.DataFrame, str], None]

WORST = "missing_time unknown_outcome negative_amount reason_without_refusal missing_region"
BROKEN = f"""
id | at         | grain  | outcome  | region | amount | reasons   | score | decided_at | shown_message | breaks
a  | 2026-10-05 |        | refused  | CN-GD  | 10     | U101      | 600   | | No |
   | 2026-10-05 |        | refused  | CN-GD  | 10     | U101      |       | | | missing_id
b  |            |        | refused  | CN-GD  | 10     | U101      |       | | | missing_time
c  | yesterday  |        | refused  | CN-GD  | 10     | U101      |       | | | unreadable_time
d  | 2026-02-30 |        | refused  | CN-GD  | 10     | U101      |       | | | unreadable_time
g  | infinity   |        | refused  | CN-GD  | 10     | U101      |       | | | unreadable_time
w  | 03/04/2025 |        | refused  | CN-GD  | 10     | U101      |       | | | ambiguous_time
e  | 1969-12-30 |        | refused  | CN-GD  | 10     | U101      |       | | | impossible_time
f  | 2100-01-03 |        | refused  | CN-GD  | 10     | U101      |       | | | impossible_time future_time
x  | 2090-01-03 |        | refused  | CN-GD  | 10     | U101      |       | | | future_time
h  | 2026-10-05 | decade | refused  | CN-GD  | 10     | U101      |       | | | unknown_time_grain
i  | 2026-10-05 |        |          | CN-GD  | 10     |           |       | | | missing_outcome
j  | 2026-10-05 |        | maybe    | CN-GD  | 10     |           |       | | | unknown_outcome
k  | 2026-10-05 |        | refused  | CN-GD  | ten    | U101      |       | | | unreadable_amount
l  | 2026-10-05 |        | refused  | CN-GD  | -0.01  | U101      |       | | | negative_amount
u  | 2026-10-05 |        | refused  | CN-GD  | 9e12   | U101      |       | | | impossible_amount
m  |            |        | maybe    |        | -5     | U101      |       | | | {WORST}
n  | 2026-10-05 |        | refused  | CN-GD  | 10     | U101      | good  | | | unreadable_detail
y  | 2026/10/5  |        | refused  | CN-GD  | 10     | U101      |       | | | missing_time_of_day time_rewritten
z  | 2026-10-05 |        | refused  | CN-GD  | 10     | U101      |      | 2026-10-04 12:00 | | decided_before_attempted
o  | 2026-10-05 |        | refused  | CN-GD  | 10     |           |       | | | refusal_without_reason
p  | 2026-10-05 |        | approved | CN-GD  | 10     | U101      |       | | | reason_without_refusal
q  | 2026-10-05 |        | refused  | CN-GD  | 10     | _ U101    |       | | | blank_first_reason
A  | 2026-10-05 |        | refused  | CN-GD  | 10     | U101 U101 |       | | | repeated_reason
B  | 2026-10-05 |        | refused  | CN-GD  | 10     | hmda:9    |       | | | other_without_text
r  | 2026-10-05 |        | refused  |        |        | U101      |       | | | missing_region missing_amount
C  | 2026-10-05 |        | refused  | CN-XX  | 10     | U101      |       | | | unknown_region
D  | 2026-10-05 |        | refused  | CN-GD  | 1.5万   | U101      |       | | | amount_rewritten
E  | 2026-10-05 |        | refused  | ＣＮ-GD  | 10     | U101      |       | | | code_made_plain
"""
TWICE = """
v  | 2026-10-05 |        | approved | CN-GD  | 10     |           |       | | |
v  | 2026-10-05 |        | refused  | CN-GD  | 10     | U101      |       | | | conflicting_copy
"""
"""One attempt told twice: which is true cannot be told, so the first counts."""
TOO_FEW_CELLS, OPEN_QUOTE = "s,2026-10-05T04:00:00Z", 't,"2026-10-05T04:00:00Z,,refused,CN-GD,10,U101,,\n'
DRAWN = f"{BROKEN.rstrip()}{TWICE}"
LINES = [[cell.strip() for cell in line.split("|")] for line in DRAWN.strip().splitlines()[1:]]
BREAKS = {line[0]: line[-1].split() for line in LINES}
KEPT_OUT = {rule.id for rule in load_rules().values() if rule.severity is Severity.QUARANTINE}


@pytest.fixture(scope="module")
def broken(publish_once: Publish) -> Snapshot:
    return publish_once(DRAWN, tail=f"{TOO_FEW_CELLS}\n{OPEN_QUOTE}")


def _quarantined(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every row kept out: the rules it broke and the row itself."""
    parts = snapshot.path.parent.parent.glob("store/quarantine/*.parquet")
    frame = pd.concat([pd.read_parquet(part) for part in parts])
    return list(frame[["rules_broken", "raw"]].itertuples(index=False, name=None))


def _rules(snapshot: Snapshot) -> dict[str, int]:
    return snapshot.quarantine().set_index("rule")["rows"].to_dict()


def _count(snapshot: Snapshot, metric: str = "rows") -> Any:
    return ask(snapshot, Question((metric,)))[metric].item()


def _load(home: Path, *paths: Path) -> None:
    add_files(Home(home), list(paths), load_profile("contract"), lambda *_: None)


# ------------------------------------------------------------------------------------------- the contract


@pytest.mark.parametrize("rule", sorted(load_rules().keys() - {"contradicting_currency", "amount_in_own_unit"}))
def test_a_broken_rule_is_reported_with_its_rows(broken: Snapshot, rule: str) -> None:
    expected = 2 if rule == MALFORMED else sum(rule in broke for broke in BREAKS.values())

    assert expected > 0, "no row is drawn that breaks this rule"
    assert _rules(broken)[rule] == expected


def test_every_rule_has_its_condition_and_every_condition_its_rule() -> None:
    conditions = set(re.findall(r"then '(\w+)'", model("intake", "typed")))

    assert sorted([*conditions, CONFLICTING, MALFORMED]) == sorted(load_rules())


def test_a_row_kept_out_is_kept_whole_with_every_rule_it_broke(broken: Snapshot) -> None:
    found = {
        json.loads(raw)["attempt_id"] or "": (rules, json.loads(raw)["breaks"])
        for rules, raw in _quarantined(broken)
        if rules != MALFORMED
    }

    assert set(found) == {id for id, broke in BREAKS.items() if set(broke) & KEPT_OUT}
    assert all(rules == breaks.replace(" ", "|") for rules, breaks in found.values())


def test_a_line_that_does_not_split_is_kept_as_it_stands(broken: Snapshot) -> None:
    malformed = [raw for rules, raw in _quarantined(broken) if rules == MALFORMED]

    assert sorted(raw.strip() for raw in malformed) == sorted([TOO_FEW_CELLS, OPEN_QUOTE.strip()])


def test_a_warning_keeps_no_row_out(broken: Snapshot) -> None:
    loaded = [id for id, broke in BREAKS.items() if not set(broke) & KEPT_OUT]

    assert _count(broken) == len(loaded) + len(["the first v"]) == 14
    assert _count(broken, "refusals") == 12


def test_rows_read_are_loaded_duplicates_or_quarantined(broken: Snapshot) -> None:
    rows = broken.reconciliation()

    assert (rows.rows_read, rows.loaded, rows.duplicates, rows.quarantined) == (len(LINES) + 2, 14, 0, len(LINES) - 12)
    assert rows.closes


def test_a_log_with_no_good_row_publishes_nothing(publish: Publish, home: Path) -> None:
    with pytest.raises(RefusedToPublish, match=r"^none of 1 rows could be loaded \(.*unknown_outcome: 1\); nothing"):
        publish("outcome\nmaybe")
    assert Home(home).current_id() is None


# ------------------------------------------------------------------------------------------- duplicates


def test_the_newest_row_of_an_attempt_wins_wherever_it_comes_from(publish: Publish, shows: Shows) -> None:
    first = publish("""
        id | outcome  | updated
        a  | pending  | 2026-10-05T01:00:00Z
        a  | refused  | 2026-10-05T03:00:00Z
        a  | approved | 2026-10-05T02:00:00Z
        b  | pending  | 2026-10-05T01:00:00Z
        c  | approved |
        c  | refused  |
        e  | refused  |
        e  | approved | 2026-10-05T01:00:00Z
        """)
    shows(ask(first, Question(("rows",), ("outcome",))), "outcome|rows\napproved|2\npending|1\nrefused|1")
    second = publish("""
        id | outcome   | updated
        a  | withdrawn | 2026-10-05T01:30:00Z
        b  | refused   | 2026-10-06T01:00:00Z
        c  | pending   |
        d  | approved  |
        """)
    shows(ask(second, Question(("rows",), ("outcome",))), "outcome|rows\napproved|3\nrefused|2")
    counts = second.loads()[["rows_read", "loaded", "restated", "duplicates", "quarantined"]]
    assert counts.values.tolist() == [[8, 4, 3, 0, 1], [4, 1, 2, 0, 1]]
    assert second.reconciliation().closes


def test_the_same_file_twice_is_loaded_once_whatever_it_is_called(publish: Publish, home: Path, log: Any) -> None:
    path = log("outcome|times\nrefused|3")
    renamed = path.with_name("renamed.csv")
    renamed.write_bytes(path.read_bytes())
    for source in (path, path, renamed, path.parent):
        _load(home, source)
    snapshot = open_snapshot(home)

    assert _count(snapshot) == 3
    assert len(snapshot.loads()) == 1


def test_a_folder_is_loaded_file_by_file_and_each_is_counted(log: Any, home: Path, tmp_path: Path) -> None:
    log("outcome\nrefused")
    log("outcome|at\napproved|2026-10-06")
    _load(home, tmp_path)

    assert open_snapshot(home).reconciliation().rows_read == 2


# ------------------------------------------------------------------------------------------- time


def test_an_offset_is_honoured_else_a_time_is_the_sources_and_the_day_is_the_business_zones(
    publish: Publish, shows: Shows
) -> None:
    snapshot = publish("""
        at
        2026-10-05T15:59:59Z
        2026-10-05T16:00:00Z
        2026-10-06T00:00:00+08:00
        2026-10-05 16:00:00
        2026-10-05T23:59:00-01:00
        """)
    shows(
        ask(snapshot, Question(("rows",), ("day", "hour"))).query("rows > 0"),
        "day|hour|rows\n2026-10-05|16|1\n2026-10-05|23|1\n2026-10-06|0|2\n2026-10-06|8|1",
    )
    assert snapshot.info.as_of.isoformat() == "2026-10-06T08:59:00"


def test_a_year_and_a_month_stay_labels(publish: Publish, shows: Shows) -> None:
    yearly = publish("at|grain\n2014|year\n2016-01-01|year")
    assert (str(yearly.info.first_day), str(yearly.info.last_day)) == ("2014-01-01", "2016-12-31")
    shows(ask(yearly, Question(("rows",), ("year",))), "year|rows\n2014-01-01|1\n2015-01-01|0\n2016-01-01|1")


def test_a_month_is_never_converted_and_finer_buckets_are_not_offered(publish: Publish, shows: Shows) -> None:
    monthly = publish("at|grain\n2026-02|month\n2026-03-01|month")
    shows(ask(monthly, Question(("rows",), ("month",))), "month|rows\n2026-02-01|1\n2026-03-01|1")
    assert (str(monthly.info.last_day), monthly.info.as_of.isoformat()) == ("2026-03-31", "2026-04-01T00:00:00")
    assert [monthly.has(bucket) for bucket in ("day", "week", "month", "quarter", "year")] == [False] * 2 + [True] * 3


def test_a_log_is_as_coarse_as_its_coarsest_row(publish: Publish) -> None:
    mixed = publish("at|grain\n2026-10-05|\n2026-10-05|day")

    assert mixed.info.time_grain == "day"
    assert (mixed.has("hour"), mixed.has("weekday")) == (False, True)


def test_a_declared_as_of_is_kept_and_a_wrong_one_is_one_line(publish: Publish) -> None:
    assert publish("outcome\nrefused", as_of="2026-10-07T08:00").info.as_of.isoformat() == "2026-10-07T08:00:00"
    with pytest.raises(InvalidValue, match=r"^--as-of 'soon' is no time; write 2026-11-01"):
        publish("outcome\nrefused", as_of="soon")


# ------------------------------------------------------------------------------------------- homes and files


def _sourced(folder: Path, is_synthetic: bool) -> Path:
    """A log whose source says of itself whether it is invented."""
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"synthetic": is_synthetic}), encoding="utf-8")
    (folder / "log.csv").write_text("attempt_id,attempted_at,outcome\n1,2026-10-05,refused\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(("is_first_synthetic", "held"), [(True, "a synthetic world"), (False, "a real log")])
def test_synthetic_and_real_rows_never_share_a_home(
    tmp_path: Path, home: Path, is_first_synthetic: bool, held: str
) -> None:
    first, second = (_sourced(tmp_path / name, (name == "1") is is_first_synthetic) for name in "12")
    _load(home, first)

    assert open_snapshot(home).info.is_synthetic is is_first_synthetic
    with pytest.raises(InvalidValue, match=rf"holds {held}; load into a home of its own with --home"):
        _load(home, second)


def test_parquet_and_csv_of_the_same_rows_are_the_same_log(publish: Publish, home: Path, tmp_path: Path) -> None:
    from_csv = publish("at|outcome|region|reasons|amount\n2026-10-05 23:00|refused|CN-GD|U101 U201|12.30")
    at = pd.Timestamp("2026-10-05 23:00", tz="Asia/Shanghai").tz_convert("UTC")
    row = {"attempted_at": at, "outcome": "refused", "region": "CN-GD", "reason_codes": "U101|U201"}
    pd.DataFrame([{"attempt_id": "p", **row, "amount_requested": 12.3}]).to_parquet(tmp_path / "log.parquet")
    _load(tmp_path / "other", tmp_path / "log.parquet")
    from_parquet = open_snapshot(tmp_path / "other")

    question = Question(("refusal_rate", "amount_refused"), ("day", "hour", "region", "reason"))
    pd.testing.assert_frame_equal(ask(from_parquet, question), ask(from_csv, question))


UNREADABLE = {
    "empty": ("log.csv", b"", "log.csv is empty"),
    "column twice": ("log.csv", b"attempt_id,attempt_id\n1,2\n", "log.csv: several columns are called attempt_id"),
    "not gzip": ("log.csv.gz", b"plain", "log.csv.gz cannot be read: "),
    "not Parquet": ("log.parquet", b"plain", "log.parquet is no Parquet file"),
    "not UTF-8": ("log.csv", b"attempt_id,outcome\n\xe9,\xfc\n", "log.csv is neither UTF-8 nor GB18030"),
    "a column missing": (
        "log.csv",
        b"attempt_Id,attempted_at,outcome\n",
        "log.csv has no column attempt_id; map its own",
    ),
    "another kind": ("log.xlsx", b"", "a log file ends in .parquet, .csv"),
}


@pytest.mark.parametrize(("name", "content", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInput) as caught:
        _load(tmp_path / "home", tmp_path / name)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
