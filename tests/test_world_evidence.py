"""What the log shows by itself: incidents that are found again, shifts that move no rate, and chance that is judged."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn_world import between, busy, checked, crowd, incident, refuse, shift, shown

from synthetic_data.evidence.chance import as_normal, discoveries, skew

# ------------------------------------------------------------------------------------------- found again

WAVE = incident("wave", "2026-03-25T00:00", "2026-03-29T00:00", {"U201": 0.2}, scope={"region": ["CN-SC"]})


def test_a_planted_difference_is_found_and_the_rest_is_quiet(tmp_path: Path) -> None:
    frame = busy()
    refuse(frame, "U201", 0.25, between(frame, "2026-03-25", "2026-03-29") & (frame["region"] == "CN-SC"), seed=4)
    report = checked(tmp_path, frame, WAVE)
    (recovery,) = report.recoveries

    assert recovery.verdict == "found"
    assert recovery.effect == pytest.approx(0.20, abs=0.05)
    assert 0.01 < recovery.error < 0.03
    assert report.passes


def test_an_incident_that_left_nothing_in_the_log_is_missed(tmp_path: Path) -> None:
    report = checked(tmp_path, busy(), WAVE)

    assert report.recoveries[0].verdict == "MISSED"
    assert abs(report.recoveries[0].score) < 4
    assert not report.passes


def test_of_an_incident_that_hits_everybody_the_days_around_it_are_the_measure(tmp_path: Path) -> None:
    frame = busy()
    refuse(frame, "T201", 0.1, between(frame, "2026-03-25 06:00", "2026-03-27 06:00"), seed=4)
    wide = incident("delay", "2026-03-25T06:00", "2026-03-27T06:00", {"T201": 0.1})
    report = checked(tmp_path, frame, wide)

    assert report.recoveries[0].is_found
    assert report.recoveries[0].against.endswith("days around it")
    assert report.passes


def test_of_an_incident_of_hours_only_those_hours_count_on_every_day(tmp_path: Path) -> None:
    frame = busy()
    refuse(frame, "U204", 0.4, (frame["attempted_at"].dt.hour < 6), seed=5)
    night = incident("night", "2026-03-25T00:00", "2026-03-25T06:00", {"U204": 0.1}, scope={"region": ["CN-SC"]})
    report = checked(tmp_path, frame, night)

    assert abs(report.recoveries[0].score) < 4
    assert report.recoveries[0].attempts == pytest.approx(25, abs=15)


def test_a_release_that_was_recalled_is_compared_with_others_that_have_an_app(tmp_path: Path) -> None:
    frame = busy()
    is_new = between(frame, "2026-03-25", "2026-04-02") & (frame["os"] == "iOS") & (frame["channel"] == "app")
    frame.loc[is_new, "app_version"] = "7.4.0"
    frame.loc[frame["channel"] == "web", "app_version"] = None
    refuse(frame, "P201", 0.3, is_new, seed=4)
    refuse(frame, "P201", 0.9, frame["channel"] == "web", seed=4)
    ring = incident("ring", "2026-03-25T00:00", "2026-04-02T00:00", {"P201": 0.3}, scope={"app_version": ["7.4.0"]})
    report = checked(tmp_path, frame, ring)

    assert report.recoveries[0].against == "against others at the same time"
    assert report.recoveries[0].effect == pytest.approx(0.23, abs=0.05)
    assert report.recoveries[0].is_found


def test_a_raised_line_is_expected_to_hit_those_just_above_it(tmp_path: Path) -> None:
    frame = crowd(56, 400)
    frame["score"] = np.random.default_rng(6).integers(400, 800, len(frame))
    line = frame["product"].map({"cash_loan": 540, "instalment": 520})
    is_raised = between(frame, "2026-03-25", "2026-04-02") & (frame["region"] == "CN-SC")
    refuse(frame, "U101", 1, frame["score"] < line + 20 * is_raised)
    moved = {**WAVE, "end": "2026-04-02T00:00:00", "intended_effect": {"cut_off": 20}}
    (recovery,) = checked(tmp_path, frame, moved).recoveries

    assert recovery.effect == pytest.approx(20 / 400, abs=0.04)
    assert recovery.expected_score == pytest.approx(0.05 / recovery.error, rel=0.2)


# ------------------------------------------------------------------------------------------- shifts of demand

CAMPAIGN = shift("campaign", "2026-03-23T00:00:00", "2026-03-30T00:00:00", {"channel": ["web"]})


def mixed(is_moved: bool) -> pd.DataFrame:
    """The web is refused more often, and for a week five times as many of its cash loans are asked for."""
    frame = crowd(56, 400)
    is_then = between(frame, "2026-03-23", "2026-03-30")
    frame.loc[is_then & (frame["attempted_at"].dt.second < 40), ["channel", "product"]] = ["web", "cash_loan"]
    is_risky = (frame["channel"] == "web") & (frame["product"] == "cash_loan")
    refuse(frame, "U101", 0.4, is_risky)
    refuse(frame, "U101", 0.1, seed=3)
    refuse(frame, "U201", 0.2, is_then & (frame["channel"] == "web") & is_moved, seed=4)
    return frame


def test_a_campaign_that_moves_only_the_mix_is_quiet(tmp_path: Path) -> None:
    report = checked(tmp_path, mixed(is_moved=False), shifts=[CAMPAIGN])

    assert [(one.is_known, one.is_loud) for one in report.calms] == [(True, False)]
    assert report.passes


def test_a_campaign_that_moves_the_rates_is_heard(tmp_path: Path) -> None:
    report = checked(tmp_path, mixed(is_moved=True), shifts=[CAMPAIGN])

    assert report.calms[0].is_loud
    assert report.calms[0].effect > 0.05
    assert "NOT QUIET" in shown(report)
    assert not report.passes


def test_a_new_channel_has_no_past_and_the_others_are_compared(tmp_path: Path) -> None:
    frame = busy()
    is_new = between(frame, "2026-04-06", "2026-05-01") & (frame["attempted_at"].dt.second < 10)
    frame.loc[is_new, "channel"] = "wallet"
    refuse(frame, "U203", 0.5, is_new, seed=4)
    opening = shift("opening", "2026-04-06T00:00:00", "2026-06-01T00:00:00", {"persona": ["young"]}, "wallet")
    (one,) = checked(tmp_path, frame, shifts=[opening]).calms

    assert one.against == "every channel but wallet, which is new: nothing to compare it with"
    assert one.is_known
    assert not one.is_loud


def test_a_campaign_inside_an_incident_that_hits_everybody_is_compared_within_it(tmp_path: Path) -> None:
    frame = busy()
    refuse(frame, "U102", 0.3, between(frame, "2026-03-16", "2026-04-06"), seed=4)
    wide = incident("wide", "2026-03-16T00:00", "2026-04-06T00:00", {"U102": 0.3})
    (one,) = checked(tmp_path, frame, wide, shifts=[CAMPAIGN]).calms

    assert one.is_known
    assert not one.is_loud


def test_people_whom_the_log_does_not_tell_apart_cannot_be_compared(tmp_path: Path) -> None:
    young = shift("young", "2026-03-23T00:00:00", "2026-03-30T00:00:00", {"persona": ["young"]})
    report = checked(tmp_path, busy(days=14), shifts=[young])

    assert [(one.is_known, one.against) for one in report.calms] == [(False, "who is meant is not in the log")]
    assert report.passes


# ------------------------------------------------------------------------------------------- chance


@pytest.mark.parametrize(("t", "freedom"), [(2.228, 10), (2.009, 50), (2.776, 4), (1.9600, 100_000)])
def test_a_t_that_one_in_twenty_exceeds_becomes_the_normal_score_that_one_in_twenty_exceeds(
    t: float, freedom: int
) -> None:
    assert float(as_normal(t, freedom)) == pytest.approx(1.96, abs=0.01)
    assert float(as_normal(-t, freedom)) == -float(as_normal(t, freedom))


def test_false_discoveries_are_bounded_as_a_share() -> None:
    p = np.array([0.9, 0.001, 0.03, 0.008, 0.2])

    assert sorted(discoveries(p, 0.05).tolist()) == [1, 2, 3]
    assert discoveries(np.array([]), 0.05).tolist() == []
    assert discoveries(np.array([0.5]), 0.05).tolist() == []


def test_small_counts_are_judged_by_their_own_skew() -> None:
    """Of a Poisson count of 25, 47 and more are as rare as a normal score of 3.87, not 4.3."""
    tail = 1 - sum(math.exp(-25 + n * math.log(25) - math.lgamma(n + 1)) for n in range(47))
    found, expected, tries = np.array([46.5]), np.array([25.0]), np.array([1e6])
    score = (found - expected) / np.sqrt(expected) * skew(found, expected, tries)

    assert 0.5 * math.erfc(float(score[0]) / math.sqrt(2)) == pytest.approx(tail, rel=0.2)
    assert skew(expected, expected, tries).tolist() == [1.0]
