"""Files that leave the product: CSV bytes that open in any spreadsheet, and the facts that travel beside them."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etl.answers import write
from etl.catalogue.metrics import METRICS
from etl.export import about, about_table, csv_bytes, file_stem, guarded_csv, labelled, neutralised, zipped
from etl.periods import Period
from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot
from etl.words import Language

GOLDEN = Path(__file__).parent / "golden"

LOG = """
at               | outcome  | region | product | reasons   | amount | currency | times
2026-10-05 09:00 | approved | CN-GD  | loan    |           | 100    | CNY      | 2
2026-10-05 10:00 | refused  | CN-GD  | loan    | U101 P301 | 200.5  | CNY      |
2026-10-06 11:00 | refused  | CN-XZ  | card    | Z999      | 0.07   | CNY      |
2026-10-07 12:00 | refused  |        | card    |           |        | CNY      |
"""
TEXTS = {
    "a formula": "=1+1",
    "a plus": "+86 138",
    "a minus": "-2",
    "an at": "@SUM(A1)",
    "spaces before": "  =cmd|' /C calc'!A0",
    "a tab": "\t=1+1",
    "a line break before": "\n=1+1",
    "full width": "＝1+1",
    "full-width at": "＠SUM(A1)",
    "quotes": 'says "no"',
    "a comma": "a,b",
    "two lines": "first\nsecond",
    "carriage return": "first\r\nsecond",
    "Chinese": "深圳市 信用“评分”",
    "an emoji": "📉",
    "apostrophe": "'quoted",
    "harmless": "a=b",
}


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(LOG)


@pytest.fixture(scope="module")
def awkward() -> pd.DataFrame:
    """An answer with everything in it that breaks a spreadsheet."""
    count = len(TEXTS)
    return pd.DataFrame(
        {
            "day": pd.date_range("2026-10-05", periods=count),
            "channel": list(TEXTS.values()),
            "hour": np.arange(count, dtype="int8"),
            "refusals": [-3, 0, 1_234_567, *range(count - 3)],
            "decided": [0.0, 7.333333333333333, 1e15, *np.full(count - 3, 2.0)],
            "refusal_rate": [np.nan, 1 / 3, -0.25, *np.full(count - 3, 1e-7)],
            "amount_refused": [-12.5, 0.1 + 0.2, np.nan, *np.full(count - 3, 1e9)],
        }
    )


def _is_golden(found: bytes, name: str) -> None:
    """The bytes of the file; one that is not there is written, to be looked at and kept."""
    path = GOLDEN / name
    if not path.exists():
        path.write_bytes(found)
        pytest.fail(f"{path.name} is new: look at it, then run this again")
    assert found == path.read_bytes()


def _read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# ------------------------------------------------------------------------------------------- CSV


def test_awkward_content_is_these_bytes(awkward: pd.DataFrame, snapshot: Snapshot) -> None:
    _is_golden(csv_bytes(awkward, snapshot, "en"), "awkward.csv")


def test_an_answer_with_chinese_labels_is_these_bytes(snapshot: Snapshot) -> None:
    question = Question(
        ("refusal_rate", "amount_refused"), ("month", "region", "cause"), attribution=Attribution.FRACTIONAL
    )
    _is_golden(csv_bytes(ask(snapshot, question), snapshot, "zh"), "answer_zh.csv")


def test_a_spreadsheet_is_told_the_encoding_and_lines_end_as_it_expects(
    awkward: pd.DataFrame, snapshot: Snapshot
) -> None:
    content = csv_bytes(awkward, snapshot, "en")

    assert content.startswith(b"\xef\xbb\xbfday,channel,channel_label,hour,")
    assert content.count(b"\xef\xbb\xbf") == 1
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_text_reads_back_as_it_was_or_behind_an_apostrophe(
    awkward: pd.DataFrame, snapshot: Snapshot, text: str
) -> None:
    cells = [row["channel"] for row in _read(csv_bytes(awkward, snapshot, "en"))]
    [cell] = [cell for cell in cells if cell.removeprefix("'") == text.removeprefix("'")]
    is_formula = text.strip()[0] in "=+-@＝＠"

    assert cell == (f"'{text}" if is_formula else text)


@pytest.mark.parametrize("text", ["", " ", "U101", "1-2", "a+b", "深圳"])
def test_a_harmless_text_stays(text: str) -> None:
    assert neutralised(text) == text


def test_numbers_stay_numbers_and_missing_ones_stay_empty(awkward: pd.DataFrame, snapshot: Snapshot) -> None:
    first, second, third = _read(csv_bytes(awkward, snapshot, "en"))[:3]

    assert (first["refusals"], first["refusal_rate"], first["amount_refused"]) == ("-3", "", "-12.50")
    assert (second["decided"], second["amount_refused"]) == ("7.333333333333333", "0.30")
    assert (third["day"], third["decided"], third["amount_refused"]) == ("2026-10-07", "1000000000000000", "")
    assert float(second["refusal_rate"]) == 1 / 3


def test_every_rate_has_its_counts_beside_it_and_every_code_its_label(snapshot: Snapshot) -> None:
    frame = ask(snapshot, Question(("refusal_rate",), ("region", "reason")))
    rows = _read(csv_bytes(frame, snapshot, "zh"))

    assert list(rows[0]) == ["region", "region_label", "reason", "reason_label", "refusals", "decided", "refusal_rate"]
    assert {row["region"]: row["region_label"] for row in rows} == {
        "CN-GD": "广东",
        "CN-XZ": "西藏",
        "unknown": "未知",
    }
    assert {row["reason"] for row in rows} == {"U101", "Z999", "unspecified"}


def test_an_answer_without_rows_is_its_header_alone(snapshot: Snapshot) -> None:
    nobody = {"cause": Selection(("debt",))}
    frame = ask(snapshot, Question(("refusals",), ("cause",), nobody))

    assert csv_bytes(frame, snapshot, "en") == b"\xef\xbb\xbfcause,cause_label,refusals\r\n"


# ------------------------------------------------------------------------------------------- what travels beside


@pytest.fixture(scope="module")
def question() -> Question:
    return Question(
        metrics=("refusal_rate", "amount_refused"),
        by=("cause", "region"),
        where={"region": Selection(("CN-SH",), is_except=True), "layer": Selection(("user", "unknown"))},
        since=date(2026, 10, 5),
        until=date(2026, 10, 6),
        attribution=Attribution.ANY,
    )


def test_the_facts_say_what_was_asked_of_what_and_how_it_is_defined(snapshot: Snapshot, question: Question) -> None:
    frame = ask(snapshot, question)
    facts = about(frame, snapshot, question, "zh")

    assert facts["snapshot"] == snapshot.id
    assert facts["rows"] == len(frame) > 0
    assert (facts["by"], facts["attribution"]) == (["cause", "region"], "any")
    assert facts["period"] == {"since": "2026-10-05", "until": "2026-10-06"}
    assert facts["filters"] == {"region": {"all_except": ["CN-SH"]}, "layer": {"only": ["user", "unknown"]}}
    assert (facts["is_synthetic"], facts["currency"], facts["business_zone"]) == (False, "CNY", "Asia/Shanghai")
    assert facts["metrics"]["refusal_rate"] == {
        "name": METRICS["refusal_rate"].words.zh,
        "definition": METRICS["refusal_rate"].definition.zh,
        "numerator": "refusals",
        "denominator": "decided",
        "narrowed_by_cause_filter": True,
    }


def test_the_facts_name_the_period_compared_with_and_the_filters_that_only_highlight(
    snapshot: Snapshot, question: Question
) -> None:
    facts = about(
        ask(snapshot, question),
        snapshot,
        question,
        "en",
        compared_with=("previous", Period(date(2026, 10, 3), date(2026, 10, 4)), "weekdays"),
        highlighted={"cause": Selection(("debt",))},
    )

    days = {"since": "2026-10-03", "until": "2026-10-04"}
    assert facts["compared_with"] == {"kind": "previous", **days, "aligned_on": "weekdays"}
    assert facts["highlighted"] == {"note": "not applied to this file", "filters": {"cause": {"only": ["debt"]}}}


def test_an_open_period_is_written_out(snapshot: Snapshot) -> None:
    whole = Question(("attempts",))

    assert about(ask(snapshot, whole), snapshot, whole, "en")["period"] == {
        "since": "2026-10-05",
        "until": "2026-10-07",
    }


def test_a_file_name_says_metric_dimensions_and_period(snapshot: Snapshot, question: Question) -> None:
    assert file_stem(snapshot, question) == "refusal_rate_amount_refused_by_cause_region_2026-10-05_2026-10-06"
    assert file_stem(snapshot, Question(("attempts",))) == "attempts_2026-10-05_2026-10-07"


def test_a_zip_holds_the_csv_and_its_facts_and_the_same_content_is_the_same_bytes(
    snapshot: Snapshot, question: Question
) -> None:
    frame = ask(snapshot, question)
    table, facts, stem = labelled(frame, snapshot, "en"), about(frame, snapshot, question, "en"), "rates"
    content = zipped((stem, table, facts))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [f"{stem}.csv", f"{stem}.parquet", f"{stem}.about.json"]
        pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(archive.read(f"{stem}.parquet"))), table)
        assert archive.read(f"{stem}.csv") == csv_bytes(frame, snapshot, "en")
        assert json.loads(archive.read(f"{stem}.about.json")) == about(frame, snapshot, question, "en")
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}
    assert zipped((stem, labelled(ask(snapshot, question), snapshot, "en"), facts)) == content


def test_parquet_carries_the_same_columns_with_their_types(
    snapshot: Snapshot, question: Question, tmp_path: Path
) -> None:
    frame = ask(snapshot, question)
    write(frame, snapshot, question, "parquet", tmp_path / "answer.parquet", Language.ZH)

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "answer.parquet"), labelled(frame, snapshot, "zh"))
    assert json.loads((tmp_path / "answer.about.json").read_bytes()) == about(frame, snapshot, question, "zh")


def test_a_table_about_the_snapshot_keeps_the_times_of_day(snapshot: Snapshot) -> None:
    moments = pd.DataFrame({"load_id": ["a", "b"], "loaded_at": pd.to_datetime(["2026-10-05 09:30", None])})
    assert csv_bytes(moments, snapshot, Language.EN).decode("utf-8-sig").splitlines() == [
        "load_id,loaded_at",
        "a,2026-10-05T09:30:00",
        "b,",
    ]


def test_a_table_about_the_snapshot_says_what_its_columns_hold(snapshot: Snapshot) -> None:
    facts = about_table(snapshot.loads(), snapshot, {"rows_read": "Rows read"})
    assert (facts["snapshot"], facts["rows"], facts["columns"]) == (snapshot.id, 1, {"rows_read": "Rows read"})


def test_money_has_its_cents_on_every_side_of_a_comparison() -> None:
    frame = pd.DataFrame({"amount_refused": [0.1 + 0.2], "amount_refused_before": [0.1 + 0.2], "refusal_rate": [1 / 3]})
    assert guarded_csv(frame).decode("utf-8-sig").splitlines()[1] == "0.30,0.30,0.3333333333333333"
