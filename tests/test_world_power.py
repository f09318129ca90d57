"""The demo's own year, of full size: whatever was planted in it can be found again, and was meant to be."""

import pytest

from synthetic_data import write_world
from synthetic_data.check import Report, check_world
from synthetic_data.evidence.recovery import SURE
from synthetic_data.scenario import load_scenario


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    home = tmp_path_factory.mktemp("power")
    write_world(home)
    return check_world(home)


def test_every_incident_of_the_default_year_is_found_from_the_log_alone(report: Report) -> None:
    found = {recovery.incident: recovery.is_found for recovery in report.recoveries}

    assert {incident.id: True for incident in load_scenario("default").incidents} == found
    assert report.passes


def test_every_incident_of_the_default_year_is_large_enough_to_be_found_for_sure(report: Report) -> None:
    assert {recovery.incident for recovery in report.recoveries if recovery.expected_score < SURE} == set()


def test_the_attempts_asked_for_come_within_half_a_percent(report: Report) -> None:
    assert report.attempts == pytest.approx(1_200_000, rel=0.005)
