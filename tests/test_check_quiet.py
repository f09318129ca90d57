"""What is heard where nothing was planted: cells, everybody, what the calendar moves; and how often chance is."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawn_world import between, busy, checked, refuse, shown

from synthetic_data import write_world
from synthetic_data.evidence.cells import CellBook
from synthetic_data.evidence.home import open_world
from synthetic_data.evidence.quiet import listen


def test_a_difference_that_nobody_planted_is_heard_in_its_cell_and_week(tmp_path: Path) -> None:
    frame = busy()
    refuse(frame, "U201", 0.25, between(frame, "2026-03-23", "2026-03-30") & (frame["region"] == "CN-SC"), seed=4)
    report = checked(tmp_path, frame)
    heard = {(week.value, week.layer, week.monday) for silence in report.silences for week in silence.found}

    assert heard == {("CN-SC", "user", date(2026, 3, 23))}
    assert "CN-SC user 2026-03-23: +" in shown(report)
    assert not report.passes


def at_a_quarters_end(code: str, where: dict[str, str]) -> pd.DataFrame:
    """Refusals with a reason for two days, for whoever has one value of a column."""
    frame = busy()
    refuse(frame, "P103", 0.03, seed=9)
    ((name, value),) = where.items()
    frame.loc[frame["attempted_at"].dt.second < 10, name] = value
    refuse(frame, code, 0.25, between(frame, "2026-03-30", "2026-04-01") & (frame[name] == value), seed=4)
    return frame


MOVED = [("P102", {"product": "merchant_loan"}), ("P104", {"partner": "partner_d"})]


@pytest.mark.parametrize(("code", "where"), MOVED)
def test_what_the_calendar_moves_is_not_heard(tmp_path: Path, code: str, where: dict[str, str]) -> None:
    assert checked(tmp_path, at_a_quarters_end(code, where)).passes


@pytest.mark.parametrize(("code", "where"), [("P102", {"product": "instalment"}), ("P104", {"partner": "partner_b"})])
def test_the_same_where_the_calendar_does_not_move_it_is_heard(
    tmp_path: Path, code: str, where: dict[str, str]
) -> None:
    report = checked(tmp_path, at_a_quarters_end(code, where))
    ((name, value),) = where.items()

    heard = {(week.dimension, week.value, week.monday) for silence in report.silences for week in silence.found}
    assert (name, value, date(2026, 3, 30)) in heard
    assert not report.passes


def in_rings(chances: dict[str, float]) -> pd.DataFrame:
    """A fifth of all run one version after another in the gray ring, a week each; how often each has its reason."""
    frame = busy(7 * len(chances))
    is_gray = frame["attempted_at"].dt.second < 12
    week = (frame["attempted_at"].dt.day_of_year - frame["attempted_at"].dt.day_of_year.min()) // 7
    for number, (version, chance) in enumerate(chances.items()):
        is_here = is_gray & (week == number)
        frame.loc[is_here, ["app_version", "release_ring"]] = [version, "gray"]
        refuse(frame, "P201", chance, is_here, seed=number + 4)
    return frame


RINGS = {"6.6.0": 0.1, "6.7.0": 0.1, "6.8.0": 0.1, "6.9.0": 0.1}


def test_one_gray_ring_is_like_the_others(tmp_path: Path) -> None:
    assert checked(tmp_path, in_rings(RINGS)).passes


def test_a_gray_ring_unlike_the_others_is_heard_although_rings_come_and_go(tmp_path: Path) -> None:
    report = checked(tmp_path, in_rings(RINGS | {"6.8.0": 0.4}))

    assert [week.value for silence in report.silences for week in silence.found] == ["gray ring of 6.8.0"]
    assert "quiet: each time of the calendar's own" in shown(report)


def test_a_reason_that_only_gray_rings_have_is_heard_outside_them(tmp_path: Path) -> None:
    frame = busy()
    refuse(frame, "P103", 0.03, seed=9)
    refuse(frame, "P201", 0.25, between(frame, "2026-03-23", "2026-03-30") & (frame["region"] == "CN-SC"), seed=4)

    assert not checked(tmp_path, frame).passes


@pytest.mark.parametrize(("days", "chance"), [(2, 0.12), (28, 0.08)], ids=["for two days", "a little for weeks"])
def test_what_hits_everybody_is_heard_against_the_other_weeks(tmp_path: Path, days: int, chance: float) -> None:
    frame = busy(days=24 * 7)
    start = pd.Timestamp("2026-04-20")
    is_then = between(frame, str(start), str(start + pd.Timedelta(days=days)))
    refuse(frame, "T201" if days == 2 else "U101", chance, is_then, seed=4)
    report = checked(tmp_path, frame)

    heard = {week.dimension for silence in report.silences for week in silence.found}
    assert heard == {"everybody"}
    assert "everybody" in shown(report)


def test_weeks_in_which_nothing_hits_everybody_are_quiet(tmp_path: Path) -> None:
    report = checked(tmp_path, busy(days=24 * 7))

    assert next(one.tests for one in report.silences if one.dimension == "everybody") > 20
    assert report.passes


def test_a_reason_that_was_too_rare_to_be_foretold_is_heard_where_it_is_frequent(tmp_path: Path) -> None:
    frame = busy(each=800)
    refuse(frame, "P101", 0.01, seed=8)
    is_then = between(frame, "2026-03-23", "2026-03-30") & (frame["region"] == "CN-SC")
    refuse(frame, "P101", 0.1, is_then, seed=4)
    report = checked(tmp_path, frame)

    assert ("CN-SC", "platform") in {(one.value, one.layer) for silence in report.silences for one in silence.found}


def test_the_report_says_what_it_cannot_hear(tmp_path: Path) -> None:
    assert "What this check cannot hear" in shown(checked(tmp_path, busy(days=14)))


ALL = 1e9
"""A share of false discoveries that lets every test pass for one."""


def test_in_a_calm_world_surprise_is_as_frequent_as_chance(tmp_path: Path) -> None:
    write_world(tmp_path, attempts=120_000, days=180, scenario="calm")
    world = open_world(tmp_path)
    book = CellBook(world.incidents)
    for files in world.days():
        assert files.rows is not None
        book.add(files.rows)
    silences = listen(book.finish(), world, book.seasons.weeks(), false_share=ALL)
    p = np.array([week.p for silence in silences for week in silence.found])

    assert len(p) == sum(silence.tests for silence in silences) > 500
    assert (p < 0.01).mean() == pytest.approx(0.01, abs=0.006)
    assert (p < 0.1).mean() == pytest.approx(0.1, abs=0.03)
    assert (p < 0.5).mean() == pytest.approx(0.5, abs=0.06)
