"""What is true of the invented world: what each incident did, told by comparing whole days, and who tried again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from planted import ATTEMPTS, incidents, named

from synthetic_data import World, WorldSummary, make_world
from synthetic_data.chronicle import stage_of
from synthetic_data.comparison import Sums
from synthetic_data.counterfactual import ROLES, Effect, Role, told
from synthetic_data.decisions import APPROVED, REFUSED, Tries
from synthetic_data.episodes import Course, Stage
from synthetic_data.gates import RULES, Gate
from synthetic_data.incidents import CUT_OFF, Incident, Onset
from synthetic_data.places import load_places
from synthetic_data.retries import AFTER_TECHNICAL, LATER, LATEST, SOON, SOONEST

LAST = date(2026, 10, 31)
IN_SICHUAN = date(2026, 3, 12)
EFFECTS_SHOW_FROM = 60
"""Attempts in the scope of an incident below which its effect may drown in chance."""


@pytest.fixture(scope="module")
def log(year_log: pd.DataFrame) -> pd.DataFrame:
    return year_log


@pytest.fixture(scope="module")
def truth(year_truth: pd.DataFrame) -> pd.DataFrame:
    return year_truth


def in_scope(log: pd.DataFrame, incident: Incident) -> pd.Series:
    is_in = pd.Series(True, index=log.index)
    for name, values in incident.scope.items():
        is_in &= log[name].isin(values)
    return is_in


def share_of(codes: set[str], log: pd.DataFrame) -> float:
    """Refusals with one of the codes, of everything decided."""
    decided = log[log["outcome"].isin(["approved", "refused"])]
    return sum(bool(codes & set(reasons)) for reasons in decided["reasons"]) / len(decided)


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
    named = truth[(truth["incident_id"] == incident.id) & (truth["role"] == "refused")]
    caused = log[log["attempt_id"].isin(named["attempt_id"])]

    assert len(caused) == len(named) > 0
    assert {"refused"} == set(caused["outcome"])
    assert caused["local"].between(incident.start, incident.end, inclusive="left").all()
    where = {name: values for name, values in incident.scope.items() if name != "region"}
    assert all(caused[name].isin(values).all() for name, values in where.items())
    assert caused["region"].dropna().isin(incident.scope.get("region", load_places().regions)).all()


def middle_of(incident: Incident) -> date:
    return min((incident.start + (incident.end - incident.start) / 2).date(), LAST)


@pytest.mark.parametrize("incident", incidents(), ids=named)
def test_the_truth_is_the_whole_day_compared_with_the_same_day_without_the_incident(incident: Incident) -> None:
    world = make_world(attempts=600_000)
    stage = stage_of(world, middle_of(incident))
    number = world.incidents.index(incident)
    calmer = replace(stage, incidents={n: one for n, one in stage.incidents.items() if n != number})
    here, there = by_key(stage.as_it_is), by_key(calmer.as_it_is)
    both = here.join(there.add_suffix("_without"))
    is_rescued = (both["outcome"] == REFUSED) & (both["outcome_without"] == APPROVED)
    effect = next(effect for effect in told(stage).effects if effect.incidents == (number,))
    keys = stage.as_it_is.key[effect.rows]

    assert set(keys[effect.roles == ROLES.index(Role.REFUSED)]) == set(both.index[is_rescued]) != set()
    assert set(keys[effect.roles == ROLES.index(Role.INDUCED)]) == set(here.index) - set(there.index)
    assert effect.sums.refusals_net == (here["outcome"] == REFUSED).sum() - (there["outcome"] == REFUSED).sum()
    assert effect.sums.lending_lost == lent(there) - lent(here)
    assert effect.sums.loans_lost == (there["outcome"] == APPROVED).sum() - (here["outcome"] == APPROVED).sum()


def by_key(course: Course) -> pd.DataFrame:
    return pd.DataFrame({"outcome": course.outcome, "amount": course.amount}, index=course.key)


def lent(course: pd.DataFrame) -> int:
    return int(course.loc[course["outcome"] == APPROVED, "amount"].sum())


def test_incidents_that_each_suffice_are_named_together() -> None:
    stage = stage_of(crowded("sichuan-policy-window", "sichuan-policy-window"), IN_SICHUAN)
    alone = [effect for effect in told(stage).effects if len(effect.incidents) == 1]
    together = next(effect for effect in told(stage).effects if len(effect.incidents) == 2)
    nobody = replace(stage, incidents={}).as_it_is
    approved = set(nobody.key[nobody.outcome == APPROVED])
    is_refused = together.roles == ROLES.index(Role.REFUSED)

    assert together.sums.refusals_caused == is_refused.sum() > 10
    assert set(stage.as_it_is.key[together.rows[is_refused]]) <= approved
    assert {row for effect in alone for row in effect.rows}.isdisjoint(together.rows)


def crowded(*ids: str) -> World:
    """The default world with these incidents alone, once more where an id comes twice."""
    known, world = {incident.id: incident for incident in incidents()}, make_world(attempts=600_000)
    planted = tuple(replace(known[id], id=f"{n} {id}") for n, id in enumerate(ids))
    return replace(world, scenario=replace(world.scenario, incidents=planted))


def at_once(world: World, day: date) -> World:
    """All its incidents for everybody, on one day from nine to nine."""
    start, end = (datetime.combine(day, time(hour)) for hour in (9, 21))
    moved = (replace(one, start=start, end=end, scope={}) for one in world.scenario.incidents)
    return replace(world, scenario=replace(world.scenario, incidents=tuple(moved)))


OVERLOAD_DAY = date(2025, 11, 11)
CROWDS = (
    ("sichuan-policy-window", "sichuan-policy-window"),
    tuple(incident.id for incident in incidents() if incident.onset is not Onset.RING),
    tuple(incident.id for incident in incidents() if incident.onset is Onset.LOAD) * 2,
)


@pytest.mark.parametrize("ids", CROWDS, ids=["the same twice", "all at once", "two overloads"])
def test_what_incidents_did_alone_and_together_is_the_whole_day_compared_with_a_calm_one(ids: tuple[str, ...]) -> None:
    stage = stage_of(at_once(crowded(*ids), OVERLOAD_DAY), OVERLOAD_DAY)
    day = told(stage)
    here, there = by_key(stage.as_it_is), by_key(replace(stage, incidents={}).as_it_is)
    both = here.join(there.add_suffix("_without"))
    is_rescued = (both["outcome"] == REFUSED) & (both["outcome_without"] == APPROVED)
    named = set(stage.as_it_is.key[np.concatenate([effect.rows for effect in day.effects])])

    assert any(len(effect.incidents) > 1 for effect in day.effects)
    assert named >= set(both.index[is_rescued]) | (set(here.index) - set(there.index))
    for sums in (day.total, sum((effect.sums for effect in day.effects), Sums())):
        assert sums.refusals_net == (here["outcome"] == REFUSED).sum() - (there["outcome"] == REFUSED).sum()
        assert sums.lending_lost == lent(there) - lent(here)
        assert sums.loans_lost == (there["outcome"] == APPROVED).sum() - (here["outcome"] == APPROVED).sum()
    assert day.total.refusals_caused == is_rescued.sum()
    assert day.total.attempts_induced == len(set(here.index) - set(there.index))


@pytest.mark.parametrize("ids", CROWDS, ids=["the same twice", "all at once", "two overloads"])
def test_what_is_told_of_several_is_not_so_without_any_single_one_of_them(ids: tuple[str, ...]) -> None:
    stage = stage_of(at_once(crowded(*ids), OVERLOAD_DAY), OVERLOAD_DAY)
    here = by_key(stage.as_it_is)

    for effect in (effect for effect in told(stage).effects if len(effect.incidents) > 1):
        keys = stage.as_it_is.key[effect.rows]
        worlds = [by_key(replace(stage, incidents=others).as_it_is) for others in without_one_of(stage, effect)]
        calm = by_key(replace(stage, incidents={}).as_it_is)
        assert (here.loc[keys, "outcome"] == REFUSED)[effect.roles == ROLES.index(Role.REFUSED)].all()
        for world in worlds:
            assert (world["outcome"].reindex(keys[effect.roles == ROLES.index(Role.REFUSED)]) != APPROVED).all()
            assert set(keys[effect.roles == ROLES.index(Role.INDUCED)]) <= set(world.index)
        assert set(keys[effect.roles == ROLES.index(Role.INDUCED)]).isdisjoint(calm.index)


def without_one_of(stage: Stage, effect: Effect) -> Iterator[dict[int, Incident]]:
    for number in effect.incidents:
        yield {other: incident for other, incident in stage.incidents.items() if other != number}


def test_an_overload_is_made_worse_by_those_who_try_again(log: pd.DataFrame, truth: pd.DataFrame) -> None:
    overload = next(incident for incident in incidents() if incident.onset is Onset.LOAD)
    stage = stage_of(make_world(attempts=ATTEMPTS), overload.start.date())
    hours = slice(0, 24)
    is_over = stage.first.loads[hours] > 1
    induced = truth[(truth["incident_id"] == overload.id) & (truth["role"] == "induced")]

    assert (stage.loads[hours][is_over] > stage.first.loads[hours][is_over]).all()
    assert len(induced) > 0.1 * (log["local"].dt.date == overload.start.date()).sum()


def test_an_overload_that_begins_within_an_hour_changes_nothing_before_it() -> None:
    overload = next(incident for incident in incidents() if incident.onset is Onset.LOAD)
    start, end = (overload.start.replace(hour=hour, minute=30) for hour in (10, 22))
    world = make_world(attempts=600_000)
    scenario = replace(world.scenario, incidents=(replace(overload, start=start, end=end),))
    stage = stage_of(replace(world, scenario=scenario), start.date())
    [effect] = told(stage).effects
    refused = effect.rows[effect.roles == ROLES.index(Role.REFUSED)]
    hours = stage.as_it_is.micros[refused] / 3_600_000_000

    assert len(refused) > 100
    assert 10.5 <= hours.min() < hours.max() < 22.5


def test_on_a_day_of_a_few_tries_everybody_keeps_their_own_dice() -> None:
    stage = stage_of(make_world(days=1, attempts=30), LAST)
    order = np.roll(np.arange(len(stage.first)), 1)
    again = Tries(stage.first.take(order), order, stage.dice, number=2)

    assert (again.roll("rule U302") == stage.dice.first("rule U302")[order]).all()


def test_the_truth_file_describes_every_incident_and_counts_its_attempts(
    year: WorldSummary, truth: pd.DataFrame
) -> None:
    described = json.loads((year.home / "truth" / "incidents.json").read_text(encoding="utf-8"))
    counts = truth.groupby(["incident_id", "role"]).size()

    assert [incident.id for incident in incidents()] == [entry["id"] for entry in described]
    for entry in described:
        assert entry["refusals_caused"] == counts[entry["id"], "refused"]
        assert entry["attempts_induced"] == counts.get((entry["id"], "induced"), 0)
        assert entry["refusals_net"] == entry["refusals_caused"] + entry["refusals_induced"]
        assert 0 < entry["lending_lost"] <= entry["amount_caused"] * 1.05
    assert not truth.duplicated(["attempt_id", "incident_id"]).any()


# ------------------------------------------------------------------------------------------- retries


@pytest.fixture(scope="module")
def chains(log: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Every retry beside the try before it."""
    columns = ["attempt_id", "local", "outcome", "applicant_id", "amount_requested", "reasons"]
    tries = truth.drop_duplicates("attempt_id")[["attempt_id", "root_attempt_id", "attempt_number"]]
    retries = tries[tries["attempt_number"] > 1].merge(log[columns], on="attempt_id", validate="1:1")
    roots = log.loc[log["attempt_id"].isin(retries["root_attempt_id"]), columns]
    roots = roots.assign(root_attempt_id=roots["attempt_id"], attempt_number=1)
    every = pd.concat([roots, retries]).sort_values(["root_attempt_id", "attempt_number"])
    before = every.groupby("root_attempt_id").shift(1).add_suffix("_before")
    return pd.concat([every, before], axis=1)[every["attempt_number"] > 1]


def test_retries_follow_a_refusal_of_the_same_applicant_in_time_and_at_most_three(chains: pd.DataFrame) -> None:
    assert (chains["attempt_number"] == chains["attempt_number_before"] + 1).all()
    assert chains["attempt_number"].max() == 4
    assert (chains["outcome_before"] == "refused").all()
    assert (chains["applicant_id"] == chains["applicant_id_before"]).all()
    assert (chains["local"] > chains["local_before"]).all()
    assert (chains["local"] - chains["local_before"]).max() <= timedelta(seconds=LATEST)


def test_after_a_technical_failure_people_come_back_sooner_and_more_often(
    log: pd.DataFrame, chains: pd.DataFrame
) -> None:
    technical = {rule.code for rule in RULES if rule.gate is Gate.TECHNICAL}
    is_technical = pd.Series([bool(technical & set(codes)) for codes in chains["reasons_before"]], index=chains.index)
    waits = (chains["local"] - chains["local_before"]).dt.total_seconds()
    refusals = log[(log["outcome"] == "refused") & (log["gates_evaluated"] == "technical")]

    assert waits[is_technical].mean() == pytest.approx(SOONEST + SOON, rel=0.1)
    assert waits[~is_technical].mean() == pytest.approx(SOONEST + LATER, rel=0.1)
    assert is_technical.sum() / len(refusals) == pytest.approx(AFTER_TECHNICAL, abs=0.06)


def test_whoever_was_refused_for_capacity_alone_asks_for_less(chains: pd.DataFrame) -> None:
    capacity = {rule.code for rule in RULES if rule.gate is Gate.CAPACITY}
    is_capacity = [bool(codes) and set(codes) <= capacity for codes in chains["reasons_before"]]
    priced = chains[is_capacity].dropna(subset=["amount_requested", "amount_requested_before"])
    others = chains[[bool(codes) and not set(codes) & capacity for codes in chains["reasons_before"]]].dropna()

    assert (priced["amount_requested"] <= priced["amount_requested_before"].clip(lower=501)).all()
    assert priced["amount_requested"].sum() == pytest.approx(0.7 * priced["amount_requested_before"].sum(), rel=0.02)
    assert (others["amount_requested"] == others["amount_requested_before"]).all()


def test_episodes_go_on_past_midnight_and_end_with_the_world(log: pd.DataFrame, chains: pd.DataFrame) -> None:
    is_over_midnight = chains["local"].dt.date > chains["local_before"].dt.date

    assert is_over_midnight.sum() > 0
    assert log["local"].max() < datetime.combine(LAST + timedelta(days=1), datetime.min.time())
