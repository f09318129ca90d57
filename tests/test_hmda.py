"""A log that nobody here wrote: every answer in the file beside it comes out exactly."""

import csv
import io
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.__main__ import app
from etl.catalogue import UNSPECIFIED, load_catalogue
from etl.command_line import run
from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import UNKNOWN, Snapshot

Answers = dict[str, Any]

APPLICATION = {"stage": Selection(("application",))}
CODED = {"reason": Selection((UNSPECIFIED,), is_except=True)}
STORED_AS = {
    "Loan originated": ("approved", "application"),
    "Application approved but not accepted": ("approved", "application"),
    "Preapproval request approved but not accepted": ("approved", "preapproval"),
    "Application denied by financial institution": ("refused", "application"),
    "Preapproval request denied by financial institution": ("refused", "preapproval"),
    "Application withdrawn by applicant": ("withdrawn", "application"),
    "File closed for incompleteness": ("withdrawn", "application"),
    "Loan purchased by the institution": ("excluded", "purchase"),
}


def _code(label: str) -> str:
    return UNSPECIFIED if label == "(none given)" else load_catalogue().schemes["hmda"].aliases[label]


def _region(state: str) -> str:
    return UNKNOWN if state == "(missing)" else f"US-{state}"


def _total(snapshot: Snapshot, metric: str, **options: Any) -> Any:
    return ask(snapshot, Question((metric,), **options))[metric].item()


def _by(snapshot: Snapshot, metric: str, *by: str, **options: Any) -> dict[Any, Any]:
    frame = ask(snapshot, Question((metric,), by, **options))
    keys = frame[by[0]] if len(by) == 1 else zip(*(frame[name] for name in by), strict=True)
    return {key: value for key, value in zip(keys, frame[metric], strict=True) if value}


def _percent(rate: float, digits: int = 4) -> float:
    """Rounded as SQL does it: half away from zero."""
    return float(Decimal(100 * rate).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def test_every_row_is_loaded_and_a_row_that_comes_twice_stays_two(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    rows = hmda_snapshot.reconciliation()

    assert (rows.rows_read, rows.loaded, rows.duplicates, rows.quarantined) == (*[hmda_answers["rows"]] * 2, 0, 0)
    assert rows.closes
    assert _total(hmda_snapshot, "rows") == hmda_answers["rows"]


def test_refusals_of_applications_and_of_preapproval_requests_are_told_apart(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    both, applications = hmda_answers["refusals_all"], hmda_answers["refusals_application_only"]

    assert _total(hmda_snapshot, "refusals") == both
    assert _by(hmda_snapshot, "refusals", "stage") == {"application": applications, "preapproval": both - applications}


def test_every_kind_of_action_is_counted_under_its_outcome_and_stage(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for action in hmda_answers["outcomes"]:
        expected[STORED_AS[action["action_taken"]]] += action["n"]

    assert _by(hmda_snapshot, "rows", "outcome", "stage") == expected


def test_the_rate_of_denied_applications_is_over_decided_applications(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    rate = _total(hmda_snapshot, "refusal_rate", where=APPLICATION)

    assert _percent(rate) == hmda_answers["rate_denied_over_decided_pct"]


def test_both_stages_together_give_another_rate(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    counts: Counter[str] = Counter()
    for action in hmda_answers["outcomes"]:
        counts[STORED_AS[action["action_taken"]][0]] += action["n"]
    expected = counts["refused"] / (counts["refused"] + counts["approved"])

    assert _total(hmda_snapshot, "refusal_rate") == expected
    assert _percent(expected, 3) == 23.485


def test_purchased_loans_are_rows_and_in_no_rate(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    [purchased] = [
        action["n"] for action in hmda_answers["outcomes"] if STORED_AS[action["action_taken"]][0] == "excluded"
    ]
    per_attempt = _total(hmda_snapshot, "refusals_per_attempt")
    of_purchases = ask(
        hmda_snapshot, Question(("rows", "attempts", "refusal_rate"), where={"stage": Selection(("purchase",))})
    )

    assert _total(hmda_snapshot, "attempts") == hmda_answers["rows"] - purchased
    assert _percent(per_attempt) == hmda_answers["rate_denied_over_applications_excl_purchased_pct"]
    assert _percent(per_attempt) != hmda_answers["rate_denied_over_all_rows_pct_WRONG_DENOMINATOR"]
    assert of_purchases[["rows", "attempts", "decided"]].iloc[0].tolist() == [purchased, 0, 0]
    assert pd.isna(of_purchases["refusal_rate"].item())


def test_the_reason_in_the_first_slot_is_the_primary_one_and_a_blank_slot_is_unspecified(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    expected = {_code(row["reason"]): row["n"] for row in hmda_answers["first_reason"]}

    assert _by(hmda_snapshot, "refusals", "reason") == expected
    assert expected[UNSPECIFIED] == hmda_answers["refusals_without_reason"]


def test_a_first_slot_may_be_blank_before_a_filled_one(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    unspecified = {"reason": Selection((UNSPECIFIED,))}
    primary = _total(hmda_snapshot, "refusals", where=unspecified)
    without_any = _total(hmda_snapshot, "refusals", where=unspecified, attribution=Attribution.SOLE)
    broken = hmda_snapshot.quarantine().set_index("rule")["rows"]

    assert primary - without_any == hmda_answers["refusals_reason1_blank_but_later_slot_filled"]
    assert broken["blank_first_reason"] == primary - without_any
    assert broken["refusal_without_reason"] == without_any


@pytest.mark.parametrize("answer", ["any_reason_mentions", "distinct_refusals_per_reason"])
def test_a_refusal_counts_once_for_every_reason_it_lists(
    hmda_snapshot: Snapshot, hmda_answers: Answers, answer: str
) -> None:
    found = _by(hmda_snapshot, "refusals", "reason", where=CODED, attribution=Attribution.ANY)

    assert found == {_code(row["reason"]): row["n"] for row in hmda_answers[answer]}


def test_refusals_by_number_of_reasons_follow_from_the_attributions(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    by_number = {row["k"]: row["n"] for row in hmda_answers["refusals_by_number_of_reasons"]}
    alone = _by(hmda_snapshot, "refusals", "reason", attribution=Attribution.SOLE)
    mentions = _by(hmda_snapshot, "refusals", "reason", where=CODED, attribution=Attribution.ANY)
    none = alone.pop(UNSPECIFIED)

    assert (none, sum(alone.values())) == (by_number[0], by_number[1])
    assert _total(hmda_snapshot, "refusals", where=CODED, attribution=Attribution.SOLE) == sum(
        by_number[k] for k in (1, 2, 3)
    )
    assert sum(mentions.values()) == sum(k * n for k, n in by_number.items())


def _listing(snapshot: Snapshot, *labels: str) -> int:
    """Refusals that list at least one of these reasons."""
    kept = {"reason": Selection(tuple(map(_code, labels)))}
    return int(_total(snapshot, "refusals", where=kept, attribution=Attribution.ANY))


def test_the_pairs_of_reasons_that_stand_together_most_often(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    one = {
        label: _listing(hmda_snapshot, label) for label in {pair[k] for pair in hmda_answers["top_pairs"] for k in "ab"}
    }
    both = [one[a] + one[b] - _listing(hmda_snapshot, a, b) for a, b, _ in map(dict.values, hmda_answers["top_pairs"])]

    assert both == [pair["n"] for pair in hmda_answers["top_pairs"]]
    assert hmda_answers["refusals_same_reason_twice_in_row"] == 0, "else a mention would be no refusal"


def test_refusals_by_year(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    frame = ask(hmda_snapshot, Question(("rows", "refusals"), ("year",)))
    found = [(str(year.year), rows, refusals) for year, rows, refusals in frame.itertuples(index=False)]

    assert found == [(row["as_of_year"], row["n"], row["refusals"]) for row in hmda_answers["by_year"]]


def test_first_reasons_by_year(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    found = {
        (str(year.year), reason): count
        for (year, reason), count in _by(hmda_snapshot, "refusals", "year", "reason").items()
    }

    assert found == {
        (row["as_of_year"], _code(row["reason"])): row["n"] for row in hmda_answers["by_year_first_reason"]
    }


def test_states_come_out_the_missing_ones_included(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    frame = ask(hmda_snapshot, Question(("rows", "refusals"), ("region",)))

    assert set(frame.itertuples(index=False, name=None)) == {
        (_region(row["state"]), row["n"], row["refusals"]) for row in hmda_answers["by_state"]
    }


def test_the_states_with_the_highest_rates_of_at_least_200_decided(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    frame = ask(hmda_snapshot, Question(("refusal_rate",), ("region",), APPLICATION))
    frame = frame[(frame["decided"] >= 200) & (frame["region"] != UNKNOWN)].assign(
        pct=lambda kept: kept["refusal_rate"].map(lambda rate: _percent(rate, 3))
    )
    top = frame.sort_values(["pct", "region"], ascending=[False, True]).head(10)

    assert list(top[["region", "decided", "pct"]].itertuples(index=False, name=None)) == [
        (_region(row["state_abbr"]), row["decided"], row["pct"]) for row in hmda_answers["by_state_decided_rate_min200"]
    ]


def test_refused_money_is_in_dollars_though_the_file_counts_thousands(
    hmda_snapshot: Snapshot, hmda_answers: Answers
) -> None:
    by_reason = {
        _code(row["reason"]): row["amount_000s"] * 1000
        for row in hmda_answers["amount_refused_by_first_reason_thousands"]
    }

    assert _total(hmda_snapshot, "amount_refused") == hmda_answers["amount_refused_thousands"] * 1000
    assert _by(hmda_snapshot, "amount_refused", "reason") == by_reason
    assert hmda_snapshot.info.currency == "USD"


def test_refusals_by_purpose(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    frame = ask(hmda_snapshot, Question(("rows", "refusals"), ("product",)))

    assert set(frame.itertuples(index=False, name=None)) == {
        (row["loan_purpose"], row["n"], row["refusals"]) for row in hmda_answers["by_purpose"]
    }


def test_a_year_stays_a_year_and_what_the_log_lacks_is_said(hmda_snapshot: Snapshot, hmda_answers: Answers) -> None:
    years = [row["as_of_year"] for row in hmda_answers["by_year"]]
    info = hmda_snapshot.info

    assert (info.time_grain, str(info.first_day.year), str(info.last_day.year)) == ("year", years[0], years[-1])
    assert info.as_of.date().isoformat() == f"{int(years[-1]) + 1}-01-01"
    assert hmda_snapshot.scheme_versions()[["scheme", "scheme_version", "is_break"]].to_numpy().tolist() == [
        ["hmda", "2007", False]
    ]
    assert not {"hour", "day", "week", "month", "quarter", "channel", "app_version", "city"} & {
        *hmda_snapshot.dimensions
    }


def _summary(capsysbinary: pytest.CaptureFixture[bytes], home: Path, *words: str) -> list[dict[str, str]]:
    assert run(app, ["summary", "--home", str(home), "--format", "csv", *words]) == 0
    return list(csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode("utf-8-sig"), newline="")))


def test_the_command_line_gives_the_rate_of_denied_applications(
    hmda_home: Path, hmda_answers: Answers, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    [row] = _summary(capsysbinary, hmda_home, "--metric", "refusal_rate", "--where", "stage=application")

    assert int(row["refusals"]) == hmda_answers["refusals_application_only"]
    assert _percent(float(row["refusal_rate"])) == hmda_answers["rate_denied_over_decided_pct"]


def test_the_command_line_gives_first_reasons_with_their_labels(
    hmda_home: Path, hmda_answers: Answers, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    rows = _summary(capsysbinary, hmda_home, "--metric", "refusals", "--by", "reason")
    given = [row for row in hmda_answers["first_reason"] if _code(row["reason"]) != UNSPECIFIED]

    assert {row["reason_label"]: int(row["refusals"]) for row in rows if row["reason"] != UNSPECIFIED} == {
        row["reason"]: row["n"] for row in given
    }


def test_the_command_line_keeps_a_year_under_a_day_inside_it(
    hmda_home: Path, hmda_answers: Answers, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    days = ("--since", "2015-06-01", "--until", "2016-06-30")
    rows = _summary(capsysbinary, hmda_home, "--metric", "refusals", "--by", "year", *days)

    assert {row["year"][:4]: int(row["refusals"]) for row in rows} == {
        row["as_of_year"]: row["refusals"] for row in hmda_answers["by_year"] if row["as_of_year"] in ("2015", "2016")
    }
