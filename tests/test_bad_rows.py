"""The catalogue of bad rows, by number: what is in a row, and whether it is put right, kept out or only remarked on."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl import duck
from etl.catalogue.rules import Severity, load_rules
from etl.home import Home
from etl.intake import Intake, hold_to_contract
from etl.manifest import Manifest
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.snapshot import Snapshot, open_snapshot
from etl.sources import find_sources, land

GOOD = {
    "attempt_id": "good",
    "attempted_at": "2026-10-05T04:00:00Z",
    "outcome": "refused",
    "region": "CN-GD",
    "reason_codes": "U101",
    "amount_requested": "100",
}


@dataclass(frozen=True)
class Bad:
    """One bad row: what differs from a good one, the rules that it breaks, and what is stored of it."""

    number: int
    what: str
    row: dict[str, str]
    rules: str = ""
    stored: dict[str, Any] = field(default_factory=dict)

    @property
    def is_kept_out(self) -> bool:
        return any(load_rules()[rule].severity is Severity.QUARANTINE for rule in self.rules.split())


def _time(number: int, text: str, rules: str = "", stored: str = "", **more: str) -> Bad:
    """`stored`: the instant in UTC."""
    kept = {"attempted_at": pd.Timestamp(stored)} if stored else {}
    return Bad(number, " ".join((text, *more.values())), {"attempted_at": text, **more}, rules, kept)


def _amount(number: int, text: str, rules: str = "", stored: float | None = None) -> Bad:
    return Bad(number, text, {"amount_requested": text}, rules, {} if stored is None else {"amount_requested": stored})


def _money(text: str, currency: str, *, is_another: bool = False) -> Bad:
    """An amount with a sign of its own in a row of some currency."""
    rules = [*(["contradicting_currency"] if is_another else []), *([] if text == "500" else ["amount_rewritten"])]
    row = {"amount_requested": text, "currency": currency}
    return Bad(32, f"{text} in {currency}", row, " ".join(rules), {} if is_another else {"amount_requested": 500})


REWRITTEN, DAY_ONLY = "time_rewritten", "missing_time_of_day time_rewritten"
CATALOGUE = (
    _time(28, "2025-13-45", "unreadable_time"),
    _time(28, "2025-02-30", "unreadable_time"),
    _time(28, "2025-02-30 10:00:00", "unreadable_time"),
    _time(28, "2025-02-30T10:00:00Z", "unreadable_time"),
    _time(28, "soon", "unreadable_time"),
    _time(29, "2025/1/2", DAY_ONLY, "2025-01-01 16:00"),
    _time(29, "2025-1-2 8:05", REWRITTEN, "2025-01-02 00:05"),
    _time(29, "2025-1-2 8", REWRITTEN, "2025-01-02 00:00"),
    _time(29, "2025-1-2 x", "unreadable_time"),
    _time(29, "2025/1/2 8:05", REWRITTEN, "2025-01-02 00:05"),
    _time(29, "2025年1月6日", DAY_ONLY, "2025-01-05 16:00"),
    _time(29, "2025年1月6日 9时30分", REWRITTEN, "2025-01-06 01:30"),
    _time(29, "2025年1月6日9时30分15秒", REWRITTEN, "2025-01-06 01:30:15"),
    _time(29, "２０２５年１月６日 ０９：３０", REWRITTEN, "2025-01-06 01:30"),
    _time(29, "20250106", DAY_ONLY, "2025-01-05 16:00"),
    _time(29, "20250106093000", REWRITTEN, "2025-01-06 01:30"),
    _time(29, "1736121600", REWRITTEN, "2025-01-06 00:00"),
    _time(29, "1736121600250", REWRITTEN, "2025-01-06 00:00:00.250"),
    _time(29, "45664.4", REWRITTEN, "2025-01-07 01:36"),
    _time(29, "2025-01-06 10:00:00,250", REWRITTEN, "2025-01-06 02:00:00.250"),
    _time(29, "20250106T083000Z", REWRITTEN, "2025-01-06 08:30"),
    _time(29, "20250106T083000.250+0800", REWRITTEN, "2025-01-06 00:30:00.250"),
    _time(29, "20250106T083000+00", REWRITTEN, "2025-01-06 08:30"),
    _time(29, "20250106T0830", REWRITTEN, "2025-01-06 00:30"),
    _time(29, "20250106T2460Z", "unreadable_time"),
    _time(29, "2025年1月6日 下午3时05分", REWRITTEN, "2025-01-06 07:05"),
    _time(29, "2025年1月6日下午3点", REWRITTEN, "2025-01-06 07:00"),
    _time(29, "2025/1/6 上午9:05:07", REWRITTEN, "2025-01-06 01:05:07"),
    _time(29, "2025/1/6 下午12:05", REWRITTEN, "2025-01-06 04:05"),
    _time(29, "2025/1/6 上午12:05", REWRITTEN, "2025-01-05 16:05"),
    _time(29, "2025/1/6 下午15:05", REWRITTEN, "2025-01-06 07:05"),
    _time(29, "2025/1/6 上午15:05", "unreadable_time"),
    _time(29, "2025/1/6 下午", "unreadable_time"),
    _time(29, "1/13/2025 3:05 PM", REWRITTEN, "2025-01-13 07:05"),
    _time(29, "2025-01-06 12:00:00 AM", REWRITTEN, "2025-01-05 16:00"),
    _time(29, "2025-01-06 3:05p.m.", REWRITTEN, "2025-01-06 07:05"),
    _time(29, "2025-01-06 03:05:00 PM +08:00", REWRITTEN, "2025-01-06 07:05"),
    _time(29, "2025-01-06 10:00:00 GMT", REWRITTEN, "2025-01-06 10:00"),
    _time(29, "13/02/2025 08:05", REWRITTEN, "2025-02-13 00:05"),
    _time(29, "02/13/2025 08:05", REWRITTEN, "2025-02-13 00:05"),
    _time(29, "03/04/2025", "ambiguous_time"),
    _time(29, "2025-01", "unreadable_time"),
    _time(29, "2025", "unreadable_time"),
    _time(29, "2025-01", "", "2025-01-01", time_grain="month"),
    _time(29, "2025年1月", REWRITTEN, "2025-01-01", time_grain="month"),
    _time(29, "2025", "", "2025-01-01", time_grain="year"),
    _time(29, "2025-01-31T23:00:00Z", "", "2025-01-01", time_grain="month"),
    _time(29, "2025-01-06", "", "2025-01-06", time_grain="day"),
    _time(30, "2025-01-06T10:00:00Z", "", "2025-01-06 10:00"),
    _time(30, "2025-01-06 10:00:00.250+08:00", "", "2025-01-06 02:00:00.250"),
    _time(30, "2025-01-06 10:00:00 +08:00", REWRITTEN, "2025-01-06 02:00"),
    _time(30, "2025-01-06T10:00:00-0500", "", "2025-01-06 15:00"),
    _time(30, "2025-01-06 10:00:00", "", "2025-01-06 02:00"),
    _time(30, "2025-01-06T10:00", "", "2025-01-06 02:00"),
    _time(31, "0001-01-01", "impossible_time"),
    _time(31, "1969-12-30 10:00:00", "impossible_time"),
    _time(31, "9999-12-31T00:00:00Z", "impossible_time future_time"),
    _time(31, "2090-01-01T00:00:00Z", "future_time"),
    _time(31, "infinity", "unreadable_time"),
    _time(31, "2025-01-06 24:00:00", "unreadable_time"),
    _time(31, "2025-01-06T24:00:00Z", "unreadable_time"),
    _time(31, "2025-01-06T10:00:00Z", "decided_before_attempted", decided_at="2025-01-06T09:00:00Z"),
    _amount(32, "1,234.50", "amount_rewritten", 1234.5),
    _amount(32, "1 234 567", "amount_rewritten", 1_234_567),
    _amount(32, "1'234", "amount_rewritten", 1234),
    _amount(32, "¥500", "amount_rewritten", 500),
    _amount(32, "￥1,500元", "amount_rewritten", 1500),
    _amount(32, "CNY 500", "amount_rewritten", 500),
    _amount(32, "500 RMB", "amount_rewritten", 500),
    _amount(32, "１２３．５", "amount_rewritten", 123.5),
    _amount(32, "1.5万", "amount_rewritten", 15_000),
    _amount(32, "1.5万元", "amount_rewritten", 15_000),
    _amount(32, "0.02亿", "amount_rewritten", 2_000_000),
    *(
        _money(text, currency)
        for text, currency in (
            ("¥500", "CNY"),
            ("¥500", "JPY"),
            ("500元", "HKD"),
            ("RMB 500", "cny"),
            ("$500", "USD"),
            ("$500", "HKD"),
            ("€500", "EUR"),
            ("£500", "GBP"),
            ("500 USD", "USD"),
            ("$500", "人民币"),
            ("$500", ""),
            ("500", "USD"),
        )
    ),
    *(
        _money(text, currency, is_another=True)
        for text, currency in (
            ("$500", "CNY"),
            ("500 USD", "CNY"),
            ("¥500", "USD"),
            ("500元", "EUR"),
            ("€500", "GBP"),
            ("£500", "CNY"),
            ("RMB 500", "JPY"),
        )
    ),
    _amount(32, "1.234,50", "unreadable_amount"),
    _amount(32, "12,34", "unreadable_amount"),
    _amount(32, "about 500", "unreadable_amount"),
    _amount(33, "NaN", "unreadable_amount"),
    _amount(33, "inf", "unreadable_amount"),
    _amount(33, "1e400", "unreadable_amount"),
    _amount(33, "-1", "negative_amount"),
    _amount(33, "-1,000", "negative_amount amount_rewritten"),
    _amount(33, "1000000000001", "impossible_amount"),
    _amount(33, "99999亿", "impossible_amount amount_rewritten"),
    Bad(34, "unknown region", {"region": "CN-XX"}, "unknown_region", {"region": "CN-XX"}),
    Bad(34, "no region", {"region": ""}, "missing_region"),
    Bad(34, "region in full-width letters", {"region": "ＣＮ-SN"}, "code_made_plain", {"region": "CN-SN"}),
    Bad(35, "unknown code", {"reason_codes": "X777"}, "", {"reason_codes": "X777"}),
    Bad(35, "one code twice", {"reason_codes": "U101|U201|U101"}, "repeated_reason"),
    Bad(35, "blank first slot", {"reason_codes": "|U201"}, "blank_first_reason", {"reason_codes": "|U201"}),
    Bad(35, "other without text", {"reason_codes": "hmda:9"}, "other_without_text"),
    Bad(35, "other with text", {"reason_codes": "hmda:9", "shown_message": "too far"}),
    Bad(36, "approved with a reason", {"outcome": "approved"}, "reason_without_refusal"),
    Bad(36, "refused without a reason", {"reason_codes": ""}, "refusal_without_reason"),
    Bad(43, "formula", {"channel": '=HYPERLINK("x")'}, "", {"channel": '=HYPERLINK("x")'}),
    Bad(43, "at sign", {"shown_message": "@SUM(A1)"}, "", {"shown_message": "@SUM(A1)"}),
    Bad(
        44,
        "a number in a text",
        {"shown_message": "call 13800138000", "outcome": "maybe", "reason_codes": ""},
        "unknown_outcome",
    ),
)


def _row(bad: Bad, place: int) -> dict[str, str]:
    return {**GOOD, "attempt_id": f"bad {place}", **bad.row}


def _write(folder: Path, *rows: dict[str, str]) -> Path:
    """A log of these rows in which some have words for the applicant."""
    names = {name: None for row in rows for name in row}
    path = folder / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*names])
        writer.writeheader()
        writer.writerows(rows)
    return path


def _load(home: Path, path: Path) -> Snapshot:
    add_files(Home(home), [path], load_profile("contract"), lambda *_: None, is_forced=True)
    return open_snapshot(home)


def _stored(snapshot: Snapshot, kind: str) -> pd.DataFrame:
    parts = (snapshot.path.parent.parent / "store" / kind).rglob("*.parquet")
    return pd.concat([pd.read_parquet(part) for part in parts])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole catalogue as one log."""
    rows = (_row(bad, place) for place, bad in enumerate(CATALOGUE))
    return _write(tmp_path_factory.mktemp("bad"), GOOD, *rows)


@pytest.fixture(scope="module")
def rules(file: Path) -> dict[str, str]:
    """What each row of the log breaks, as the intake finds it before anything is stored."""
    profile = load_profile("contract")
    with duck.workbench(file.parent) as connection:
        Intake(Home(file.parent), Manifest(), profile).lay_tables(connection)
        land(connection, find_sources([file]), profile)
        hold_to_contract(connection)
        return dict(connection.table("typed").select("attempt_id", "rules_broken").fetchall())


@pytest.fixture(scope="module")
def loaded(file: Path) -> Snapshot:
    return _load(file.parent / "home", file)


@pytest.fixture(scope="module")
def stored(loaded: Snapshot) -> pd.DataFrame:
    return _stored(loaded, "attempts").set_index("attempt_id")


@pytest.mark.parametrize("place", range(len(CATALOGUE)), ids=[f"{bad.number} {bad.what}" for bad in CATALOGUE])
def test_a_bad_row_ends_where_the_catalogue_says(rules: dict[str, str], stored: pd.DataFrame, place: int) -> None:
    name, bad = f"bad {place}", CATALOGUE[place]

    assert rules[name] == bad.rules.replace(" ", "|")
    assert (name in stored.index) is not bad.is_kept_out
    assert {column: stored.loc[name, column] for column in bad.stored} == bad.stored


def test_every_row_is_loaded_or_kept_out_and_every_rule_is_counted(loaded: Snapshot) -> None:
    rows, kept_out = loaded.reconciliation(), sum(bad.is_kept_out for bad in CATALOGUE)

    assert (rows.rows_read, rows.quarantined, rows.duplicates) == (len(CATALOGUE) + 1, kept_out, 0)
    assert rows.closes
    assert dict(loaded.quarantine()[["rule", "rows"]].itertuples(index=False)) == Counter(
        ["identifier_masked", *(rule for bad in CATALOGUE for rule in bad.rules.split())]
    )


def test_what_is_kept_out_is_kept_whole_without_what_tells_who_somebody_is(loaded: Snapshot) -> None:
    kept = _stored(loaded, "quarantine")["raw"]

    assert [text for text in kept if "call ***" in text]
    assert not [text for text in kept if "13800138000" in text]


def test_the_same_row_twice_is_a_duplicate_and_another_content_a_conflict(home: Path, tmp_path: Path) -> None:
    snapshot = _load(home, _write(tmp_path, GOOD, GOOD, {**GOOD, "region": "CN-SN"}))
    rows = snapshot.reconciliation()

    assert (rows.rows_read, rows.loaded, rows.duplicates, rows.quarantined) == (3, 1, 1, 1)
    assert snapshot.quarantine()["rule"].tolist() == ["conflicting_copy"]


def test_a_clock_that_is_hours_ahead_does_not_move_the_as_of(home: Path, tmp_path: Path) -> None:
    now = pd.Timestamp.now("UTC")
    ahead = {**GOOD, "attempt_id": "ahead", "attempted_at": (now + pd.Timedelta(hours=8)).isoformat()}
    as_of = _load(home, _write(tmp_path, GOOD, ahead)).info.as_of

    assert abs(pd.Timestamp(as_of).tz_localize("Asia/Shanghai") - now) < pd.Timedelta(minutes=10)
