"""The invented world: repeatable to the last bit, and lawful in every row."""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from planted import ATTEMPTS, incidents, plain

import etl.catalogue
from etl.catalogue import load_catalogue
from etl.contract import COLUMN_NAMES
from synthetic_data import WorldSummary, make_day, make_world
from synthetic_data.gates import RULES, Gate
from synthetic_data.places import load_places
from synthetic_data.world import CHANNELS, PARTNERS, PRODUCTS

LAST = date(2026, 10, 31)
IN_SICHUAN = date(2026, 3, 12)


@pytest.fixture(scope="module")
def log(year_log: pd.DataFrame) -> pd.DataFrame:
    return year_log


@pytest.fixture(scope="module")
def refusals(log: pd.DataFrame) -> pd.DataFrame:
    return log[log["outcome"] == "refused"]


# ------------------------------------------------------------------------------------------- the same world again


def test_a_day_made_alone_is_the_same_day_of_the_year(year: WorldSummary) -> None:
    for day in (date(2025, 11, 11), IN_SICHUAN, LAST):
        alone = make_day(make_world(attempts=ATTEMPTS), day).log
        written = pq.read_table(year.home / "logs" / f"attempts-{day}.parquet")

        assert plain(written).equals(plain(alone))


# ------------------------------------------------------------------------------------------- laws of every row


def test_the_log_carries_the_columns_of_the_contract_and_nobody_by_name(log: pd.DataFrame) -> None:
    assert [*COLUMN_NAMES, "local", "reasons"] == list(log.columns)
    assert log["attempt_id"].is_unique
    assert log["applicant_id"].str.fullmatch(r"u[0-9a-f]{10}").all()


def test_the_attempts_asked_for_come_within_one_percent_over_a_whole_year(year: WorldSummary) -> None:
    assert year.attempts == pytest.approx(ATTEMPTS, rel=0.01)
    assert (date(2025, 11, 1), LAST) == (year.first_day, year.last_day)
    assert year.complete_until == "2026-11-01T00:00:00"


def test_every_code_of_the_default_scheme_occurs(refusals: pd.DataFrame) -> None:
    catalogue = {code for code, reason in load_catalogue().reasons.items() if reason.scheme == "default"}
    seen = {code for reasons in refusals["reasons"] for code in reasons}

    assert catalogue - {"unspecified"} - seen == set()


def test_only_refusals_have_reasons_and_a_few_have_none(log: pd.DataFrame, refusals: pd.DataFrame) -> None:
    assert log.loc[log["outcome"] != "refused", "reason_codes"].isna().all()
    assert refusals["reason_codes"].isna().mean() == pytest.approx(0.015, abs=0.004)


def test_reasons_stand_in_the_order_of_the_waterfall_and_never_twice(refusals: pd.DataFrame) -> None:
    order = list(load_catalogue().gates)
    gates = {code: order.index(reason.gate) for code, reason in load_catalogue().reasons.items() if reason.gate}
    for reasons in refusals["reasons"]:
        places = [gates[code] for code in reasons if code in gates]

        assert places == sorted(places)
        assert len(set(reasons)) == len(reasons)


def test_the_rules_agree_with_the_gates_of_the_catalogue() -> None:
    reasons = load_catalogue().reasons

    assert {rule.code: rule.gate.value for rule in RULES} == {rule.code: reasons[rule.code].gate for rule in RULES}
    assert list(Gate) == list(load_catalogue().gates)


def test_behind_a_technical_failure_nothing_is_evaluated(log: pd.DataFrame) -> None:
    stopped = log[log["gates_evaluated"] == "technical"]
    reasons = load_catalogue().reasons

    assert {"refused"} == set(stopped["outcome"])
    assert {"first-fail"} == set(stopped["evaluation"])
    assert stopped["score"].isna().all()
    assert {1} == {len(codes) for codes in stopped["reasons"] if codes}
    known = {code for codes in stopped["reasons"] for code in codes if code in reasons}
    assert {"technical"} == {reasons[code].gate for code in known}


def test_everything_else_that_was_decided_went_through_all_gates(log: pd.DataFrame) -> None:
    decided = log[log["outcome"].isin(["approved", "refused"]) & (log["gates_evaluated"] != "technical")]
    open_ones = log[log["outcome"].isin(["withdrawn", "pending"])]

    assert {"|".join(Gate)} == set(decided["gates_evaluated"])
    assert {"all"} == set(decided["evaluation"])
    assert {"unknown"} == set(open_ones["evaluation"])
    assert open_ones[["gates_evaluated", "decided_at", "latency_ms"]].isna().all(axis=None)


def test_cities_belong_to_their_provinces_and_all_provinces_occur(log: pd.DataFrame) -> None:
    places = load_places()
    homes = {(places.regions[region], city) for city, region in zip(places.cities, places.city_region, strict=True)}
    seen = set(log[["region", "city"]].dropna().itertuples(index=False, name=None))

    assert seen - homes == set()
    assert len(set(log["region"].dropna())) == len(places.regions) == 34
    assert (log["region"].isna() == log["city"].isna()).all()
    assert 0.001 < log["region"].isna().mean() < 0.006


def test_amounts_are_round_positive_and_sometimes_missing(log: pd.DataFrame) -> None:
    amounts = log["amount_requested"].dropna()

    assert amounts.between(500, 50_000).all()
    assert (amounts % 100 == 0).all()
    assert 0.003 < log["amount_requested"].isna().mean() < 0.007


def test_clocks_run_forwards(log: pd.DataFrame) -> None:
    decided = log.dropna(subset=["decided_at"])

    assert log["attempted_at"].is_monotonic_increasing
    assert (decided["decided_at"] > decided["attempted_at"]).all()
    assert (log["updated_at"] > log["attempted_at"]).all()


def test_only_the_newest_days_are_not_decided_yet(log: pd.DataFrame) -> None:
    pending = log[log["outcome"] == "pending"]

    assert pending["local"].dt.date.min() >= LAST - timedelta(days=2)
    assert 0 < len(pending) < 0.001 * len(log)


def test_codes_that_nobody_mapped_are_rare_and_recent(refusals: pd.DataFrame) -> None:
    known = load_catalogue().reasons
    strange = refusals[[any(code not in known for code in codes) for codes in refusals["reasons"]]]

    assert 0 < len(strange) < 0.001 * len(refusals)
    assert strange["local"].dt.date.min() > LAST - timedelta(days=120)


# ------------------------------------------------------------------------------------------- calibration


def test_the_default_year_stays_in_the_bands_that_the_docs_state(log: pd.DataFrame, refusals: pd.DataFrame) -> None:
    decided = log["outcome"].isin(["approved", "refused"]).sum()
    reasons = load_catalogue().reasons
    causes = load_catalogue().causes
    primary = [reasons[codes[0]] if codes and codes[0] in reasons else None for codes in refusals["reasons"]]
    layers = pd.Series([causes[reason.cause].layer if reason else "unknown" for reason in primary])
    shares = layers.value_counts(normalize=True)

    assert 0.26 < len(refusals) / decided < 0.32
    assert 0.80 < shares["user"] < 0.92
    assert 0.04 < shares["technical"] < 0.12
    assert 0.02 < shares["platform"] < 0.13
    assert 0.01 < shares["unknown"] < 0.02


def test_demand_knows_the_calendar(log: pd.DataFrame) -> None:
    by_day = log.groupby(log["local"].dt.date).size()
    by_hour = log.groupby(log["local"].dt.hour).size()

    assert 2.4 < by_day[date(2025, 11, 11)] / by_day.median() < 3.6
    assert by_day[date(2026, 2, 17)] < 0.6 * by_day.median()
    assert by_hour[[10, 21]].min() > 5 * by_hour[4]


# ------------------------------------------------------------------------------------------- beside the log


def test_something_fresh_is_going_on_at_the_end_of_the_default_year() -> None:
    week = datetime.combine(LAST - timedelta(days=6), datetime.min.time())

    assert any(incident.start >= week for incident in incidents())


def test_the_calendar_tells_what_a_lender_knew_and_not_the_truth(year: WorldSummary) -> None:
    text = (year.home / "events.toml").read_text(encoding="utf-8")
    events = tomllib.loads(text)["events"]
    ids = {event["id"] for event in events}

    assert {"double-eleven-2025", "mid-year-2026", "spring-festival-2026", "notice-sichuan-policy"} <= ids
    assert ids.isdisjoint({incident.id for incident in incidents()})
    assert all(event["en"] and event["zh"] and event["start"] <= event["last"] for event in events)
    assert {event["region"] for event in events if "region" in event} <= set(load_places().regions)


def test_names_and_phones_stay_in_the_applicants_file_and_are_masked(year: WorldSummary, log: pd.DataFrame) -> None:
    people = plain(pq.read_table(year.home / "truth" / "applicants.parquet")).to_pandas()

    assert set(log["applicant_id"]) <= set(people["applicant_id"])
    assert people["applicant_id"].is_unique
    assert people["phone"].str.fullmatch(r"\d{3}\*{4}\d{4}").all()
    assert people["name"].str.endswith("**").all()


@pytest.mark.parametrize(
    ("dimension", "values"),
    {"channel": CHANNELS, "product": [product.id for product in PRODUCTS], "partner": PARTNERS}.items(),
)
def test_whatever_the_world_writes_has_words_in_both_languages(dimension: str, values: list[str]) -> None:
    path = Path(etl.catalogue.__file__).with_name("values.toml")
    words = tomllib.loads(path.read_text(encoding="utf-8"))["values"][dimension]

    assert [value for value in values if set(words.get(value, {})) != {"en", "zh"}] == []
