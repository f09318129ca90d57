"""The invented world: repeatable to the last bit, lawful in every row, and true to what was planted in it."""

import json
import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from etl.catalogue import load_catalogue
from etl.contract import COLUMN_NAMES
from synthetic_data import WorldSummary, make_day, make_world, write_world
from synthetic_data.gates import RULES, Gate
from synthetic_data.incidents import CUT_OFF, Incident
from synthetic_data.places import load_places
from synthetic_data.scenario import load_scenario

ATTEMPTS = 120_000
LAST = date(2026, 10, 31)
IN_SICHUAN = date(2026, 3, 12)
EFFECTS_SHOW_FROM = 60
"""Attempts in the scope of an incident below which its effect may drown in chance."""


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> WorldSummary:
    return write_world(tmp_path_factory.mktemp("world"), attempts=ATTEMPTS)


@pytest.fixture(scope="module")
def log(summary: WorldSummary) -> pd.DataFrame:
    """The whole year, with the local time and the reasons as a list."""
    files = sorted((summary.home / "logs").glob("*.parquet"))
    frame = pd.concat([plain(pq.read_table(file)).to_pandas() for file in files], ignore_index=True)
    frame["local"] = frame["attempted_at"].dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    frame["reasons"] = [codes.split("|") if isinstance(codes, str) else [] for codes in frame["reason_codes"]]
    return frame


@pytest.fixture(scope="module")
def refusals(log: pd.DataFrame) -> pd.DataFrame:
    return log[log["outcome"] == "refused"]


@pytest.fixture(scope="module")
def truth(summary: WorldSummary) -> pd.DataFrame:
    table = pq.read_table(summary.home / "truth" / "attempts.parquet")
    return plain(table).to_pandas()


def plain(table: pa.Table) -> pa.Table:
    """Coded columns as text, so that tables compare by what they say."""
    columns = {
        name: table[name].cast(pa.string()) if pa.types.is_dictionary(table[name].type) else table[name]
        for name in table.column_names
    }
    return pa.table(columns)


def incidents() -> tuple[Incident, ...]:
    return load_scenario("default").incidents


def named(incident: Incident) -> str:
    return incident.id


def in_scope(log: pd.DataFrame, incident: Incident) -> pd.Series:
    is_in = pd.Series(True, index=log.index)
    for name, values in incident.scope.items():
        is_in &= log[name].isin(values)
    return is_in


def share_of(codes: set[str], log: pd.DataFrame) -> float:
    """Refusals with one of the codes, of everything decided."""
    decided = log[log["outcome"].isin(["approved", "refused"])]
    return sum(bool(codes & set(reasons)) for reasons in decided["reasons"]) / len(decided)


# ------------------------------------------------------------------------------------------- the same world again


def test_a_day_made_alone_is_the_same_day_of_the_year(summary: WorldSummary) -> None:
    for day in (date(2025, 11, 11), IN_SICHUAN, LAST):
        alone = make_day(make_world(attempts=ATTEMPTS), day).log
        written = pq.read_table(summary.home / "logs" / f"attempts-{day}.parquet")

        assert plain(written).equals(plain(alone))


# ------------------------------------------------------------------------------------------- laws of every row


def test_the_log_carries_the_columns_of_the_contract_and_nobody_by_name(log: pd.DataFrame) -> None:
    assert [*COLUMN_NAMES, "local", "reasons"] == list(log.columns)
    assert log["attempt_id"].is_unique
    assert log["applicant_id"].str.fullmatch(r"u[0-9a-f]{10}").all()


def test_the_attempts_asked_for_come_within_one_percent_over_a_whole_year(summary: WorldSummary) -> None:
    assert summary.attempts == pytest.approx(ATTEMPTS, rel=0.01)
    assert (date(2025, 11, 1), LAST) == (summary.first_day, summary.last_day)
    assert summary.complete_until == "2026-11-01T00:00:00"


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


def test_demand_knows_the_calendar(log: pd.DataFrame) -> None:
    by_day = log.groupby(log["local"].dt.date).size()
    by_hour = log.groupby(log["local"].dt.hour).size()

    assert 2.4 < by_day[date(2025, 11, 11)] / by_day.median() < 3.6
    assert by_day[date(2026, 2, 17)] < 0.6 * by_day.median()
    assert by_hour[[10, 21]].min() > 5 * by_hour[4]


# ------------------------------------------------------------------------------------------- incidents and truth


@pytest.mark.parametrize("incident", incidents(), ids=named)
def test_an_incident_shows_inside_its_scope_and_not_outside(log: pd.DataFrame, incident: Incident) -> None:
    codes = {"U101" if name == CUT_OFF else name for name in incident.effect}
    is_during = (log["local"] >= incident.start) & (log["local"] < incident.end)
    is_scope = in_scope(log, incident)
    inside, before = log[is_during & is_scope], log[~is_during & is_scope]
    usual = share_of(codes, log[~is_during])

    if len(inside) >= EFFECTS_SHOW_FROM:
        expected = 1.15 if CUT_OFF in incident.effect else 2.0
        assert share_of(codes, inside) > expected * (share_of(codes, before) if len(before) else usual)
    if incident.scope and len(outside := log[is_during & ~is_scope]) > 3_000:
        assert share_of(codes, outside) < 2 * usual


@pytest.mark.parametrize("incident", incidents(), ids=named)
def test_the_truth_names_only_refusals_in_the_scope(log: pd.DataFrame, truth: pd.DataFrame, incident: Incident) -> None:
    caused = log[log["attempt_id"].isin(truth.loc[truth["incident_id"] == incident.id, "attempt_id"])]

    assert len(caused) > 0
    assert {"refused"} == set(caused["outcome"])
    assert caused["local"].between(incident.start, incident.end, inclusive="left").all()
    where = {name: values for name, values in incident.scope.items() if name != "region"}
    assert all(caused[name].isin(values).all() for name, values in where.items())
    assert caused["region"].dropna().isin(incident.scope.get("region", load_places().regions)).all()


@pytest.mark.parametrize("incident", incidents(), ids=named)
def test_without_the_incident_exactly_the_attempts_of_the_truth_are_approved(incident: Incident) -> None:
    day = min((incident.start + (incident.end - incident.start) / 2).date(), LAST)
    world = make_world(days=3, attempts=24_000, end=min(day + timedelta(days=1), LAST))
    others = tuple(one for one in world.scenario.incidents if one != incident)
    made = make_day(world, day)
    factual = made.log.to_pandas()
    counterfactual = make_day(replace(world, scenario=replace(world.scenario, incidents=others)), day).log.to_pandas()
    rescued = factual[(factual["outcome"] == "refused") & (counterfactual["outcome"] == "approved")]
    by_this = made.caused_by == world.incidents.index(incident)

    assert len(rescued) > 0
    assert {name.decode() for name in made.caused_ids[by_this]} == set(rescued["attempt_id"])
    unmoved = ["attempt_id", "attempted_at", "applicant_id", "region", "product", "amount_requested", "app_version"]
    assert factual[unmoved].equals(counterfactual[unmoved])


def test_the_truth_file_describes_every_incident_and_counts_its_refusals(
    summary: WorldSummary, truth: pd.DataFrame
) -> None:
    described = json.loads((summary.home / "truth" / "incidents.json").read_text(encoding="utf-8"))
    counts = truth["incident_id"].value_counts()

    assert [incident.id for incident in incidents()] == [entry["id"] for entry in described]
    assert {entry["id"]: entry["refusals_caused"] for entry in described} == counts.to_dict()
    assert truth["attempt_id"].is_unique


def test_something_fresh_is_going_on_at_the_end_of_the_default_year() -> None:
    week = datetime.combine(LAST - timedelta(days=6), datetime.min.time())

    assert any(incident.start >= week for incident in incidents())


def test_the_calendar_tells_what_a_lender_knew_and_not_the_truth(summary: WorldSummary) -> None:
    text = (summary.home / "events.toml").read_text(encoding="utf-8")
    events = tomllib.loads(text)["events"]
    ids = {event["id"] for event in events}

    assert {"double-eleven-2025", "mid-year-2026", "spring-festival-2026", "notice-sichuan-policy"} <= ids
    assert ids.isdisjoint({incident.id for incident in incidents()})
    assert all(event["en"] and event["zh"] and event["start"] <= event["last"] for event in events)
    assert {event["region"] for event in events if "region" in event} <= set(load_places().regions)


def test_names_and_phones_stay_in_the_applicants_file_and_are_masked(summary: WorldSummary, log: pd.DataFrame) -> None:
    people = plain(pq.read_table(summary.home / "truth" / "applicants.parquet")).to_pandas()

    assert set(log["applicant_id"]) <= set(people["applicant_id"])
    assert people["applicant_id"].is_unique
    assert people["phone"].str.fullmatch(r"\d{3}\*{4}\d{4}").all()
    assert people["name"].str.endswith("**").all()
