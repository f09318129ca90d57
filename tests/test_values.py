"""Values as files have them: times of another zone or order, amounts in units, codes that only look alike."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.home import Home
from etl.pipeline import add_files
from etl.profile import load_profile
from etl.snapshot import Snapshot, open_snapshot

PROFILE = """
profile = "mine"
en = "Mine"
zh = "我的"
{top}
columns.attempt_id.column = "id"
columns.attempted_at.column = "at"
columns.outcome.constant = "refused"
columns.amount_requested = {{ column = "amount", unit = {unit} }}
columns.decided_at.column = "decided"
columns.reason_codes.constant = "U101"
columns.region.column = "region"
"""
ROW = {"id": "1", "at": "2026-10-05 12:00:00", "amount": "1", "decided": "", "region": "CN-GD"}


def _load(folder: Path, *rows: dict[str, Any], top: str = "", unit: str = "1", ending: str = "csv") -> Snapshot:
    """Rows of a source's own, whose columns that are not given are good ones."""
    profile, path = folder / "mine.toml", folder / f"log.{ending}"
    profile.write_text(PROFILE.format(top=top, unit=unit), encoding="utf-8")
    frame = pd.DataFrame([{**ROW, "id": f"{number}", **row} for number, row in enumerate(rows)])
    if ending == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    home = folder / "home"
    add_files(Home(home), [path], load_profile(str(profile)), lambda *_: None, is_forced=True)
    return open_snapshot(home)


def _stored(snapshot: Snapshot) -> pd.DataFrame:
    parts = (snapshot.path.parent.parent / "store" / "attempts").rglob("*.parquet")
    return pd.concat([pd.read_parquet(part) for part in parts]).sort_values("attempt_id", ignore_index=True)


def _instants(*texts: str) -> list[datetime]:
    return [pd.Timestamp(text).to_pydatetime() for text in texts]


def _rules(snapshot: Snapshot) -> dict[str, int]:
    return dict(snapshot.quarantine()[["rule", "rows"]].itertuples(index=False))


# ------------------------------------------------------------------------------------------- times


def test_a_time_without_an_offset_is_the_sources_whatever_stands_beside_it(tmp_path: Path) -> None:
    times = [
        "2026-10-25 01:30:00",
        "2026-10-25T01:30:00Z",
        "2026-10-25 01:30:00+08:00",
        "2026-01-05 12:00:00",
        "2026/1/5 12:00",
        "1767614400",
    ]
    stored = _stored(_load(tmp_path, *({"at": text} for text in times), top='zone = "Europe/Amsterdam"'))

    assert stored["attempted_at"].tolist() == _instants(
        "2026-10-24 23:30",
        "2026-10-25 01:30",
        "2026-10-24 17:30",
        "2026-01-05 11:00",
        "2026-01-05 11:00",
        "2026-01-05 12:00",
    )


@pytest.mark.parametrize(
    ("order", "expected", "kept_out"),
    [
        ("day-first", ["2026-04-02 16:00", "2026-04-12 16:00"], {"unreadable_time": 1}),
        ("month-first", ["2026-03-03 16:00", "2026-04-12 16:00"], {"unreadable_time": 1}),
        ("", ["2026-04-12 16:00", "2026-04-12 16:00"], {"ambiguous_time": 1}),
    ],
)
def test_the_order_of_day_and_month_is_the_profiles(
    tmp_path: Path, order: str, expected: list[str], kept_out: dict[str, int]
) -> None:
    top = f'date_order = "{order}"' if order else ""
    days = [{"at": text} for text in ("03/04/2026", "13/04/2026", "04/13/2026")]
    snapshot = _load(tmp_path, *days, top=top)

    assert sorted(_stored(snapshot)["attempted_at"]) == _instants(*expected)
    assert {rule: rows for rule, rows in _rules(snapshot).items() if rule in kept_out} == kept_out


def test_a_file_with_types_of_its_own_is_read_like_its_text(tmp_path: Path) -> None:
    naive, aware = pd.Timestamp("2026-10-05 12:00:00.5"), pd.Timestamp("2026-10-05 12:00", tz="America/New_York")
    stored = _stored(_load(tmp_path, {"at": naive, "decided": aware, "amount": 12.5}, ending="parquet"))

    assert stored["attempted_at"].tolist() == _instants("2026-10-05 04:00:00.5")
    assert stored["decided_at"].tolist() == _instants("2026-10-05 16:00")
    assert stored["amount_requested"].astype(float).tolist() == [12.5]


def test_every_time_of_a_row_may_be_written_in_a_way_of_its_own(tmp_path: Path) -> None:
    snapshot = _load(tmp_path, {"at": "2026年10月5日 12:00", "decided": "1791172801"}, {"decided": "whenever"})

    assert _stored(snapshot)["decided_at"].tolist()[:1] == _instants("2026-10-05 04:00:01")
    assert _rules(snapshot) == {"time_rewritten": 1, "unreadable_detail": 1}


# ------------------------------------------------------------------------------------------- amounts and codes


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [("1.5万", "1", 15_000), ("1,500", "1000", 1_500_000), ("123456", "0.01", 1234.56), ("$1,500", "1000", 1_500_000)],
)
def test_an_amount_is_read_first_and_then_multiplied_by_its_unit(
    tmp_path: Path, text: str, unit: str, amount: float
) -> None:
    stored = _stored(_load(tmp_path, {"amount": text}, unit=unit))

    assert stored["amount_requested"].astype(float).tolist() == [amount]


IN_YUAN = ("15000元", "15,000 元", "¥15000", "￥１５０００", "15000 RMB", "CNY 15000")


def test_a_unit_that_an_amount_says_itself_is_the_one(tmp_path: Path) -> None:
    texts = ("1.5", "1.5万", "1.5 万元", "¥1.5万", "0.00015亿", *IN_YUAN)
    stored = _stored(_load(tmp_path, *({"amount": text} for text in texts), unit='"万"'))

    assert set(stored["amount_requested"].astype(float)) == {15_000}


@pytest.mark.parametrize(("unit", "times"), [('"万"', len(IN_YUAN)), ("1", 0)])
def test_amounts_in_yuan_are_counted_where_the_column_is_in_another_unit(tmp_path: Path, unit: str, times: int) -> None:
    texts = ("1.5", "1.5万", "¥1.5万", *IN_YUAN)
    rules = _rules(_load(tmp_path, *({"amount": text} for text in texts), unit=unit))

    assert rules.get("amount_in_own_unit", 0) == times


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    "region", ["CN-SN\u200b", "\u202eCN-SN", "ＣＮ－ＳＮ", "CN-SN\u3000", " CN-SN\u00a0", "CN\u00ad-SN"]
)
def test_codes_that_only_look_alike_are_the_same_code(tmp_path: Path, region: str, ending: str) -> None:
    stored = _stored(_load(tmp_path, {"region": region}, {"region": "CN-SN"}, ending=ending))

    assert stored["region"].tolist() == ["CN-SN", "CN-SN"]


def test_words_in_chinese_are_no_codes_to_be_changed(tmp_path: Path) -> None:
    snapshot = _load(tmp_path, {"id": "甲一", "region": "CN-GD"}, ending="parquet")

    assert _stored(snapshot)["attempt_id"].tolist() == ["甲一"]
    assert _rules(snapshot) == {}
