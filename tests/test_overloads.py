"""Overloads: one fixed point of load and retries whatever the order of the tables, and only where capacity is short."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from etl.errors import RefusalLensError
from synthetic_data import make_world
from synthetic_data.chronicle import stage_of
from synthetic_data.demand import load_by_hour, two_days_of_load
from synthetic_data.gates import TRANSIENT
from synthetic_data.incidents import Incident, Onset
from synthetic_data.retries import AFTER_TECHNICAL, stormy
from synthetic_data.scenario import check_days, load_scenario

HOUR = timedelta(hours=1)
DAY = date(2025, 11, 11)
MIDNIGHT = datetime(2025, 11, 11)  # noqa: DTZ001 (local times of the world have no zone)
BEFORE_THE_FIXED_POINT_WAS_SHARED = {0: 3.902425, 10: 2.427842, 20: 4.452316, 21: 4.923501}
"""Loads of the default world by hour, when each overload still had a fixed point of its own."""


def overload(id: str, first: int, hours: int, *sizes: float) -> Incident:
    """From the hour `first` after midnight, with so much of each technical reason."""
    start, effect = MIDNIGHT + timedelta(hours=first), dict(zip(TRANSIENT, sizes, strict=False))
    return Incident(id, "overload", "platform", start, start + timedelta(hours=hours), Onset.LOAD, effect, {})


sizes = some.lists(some.floats(0.001, 0.3), min_size=1, max_size=3)
overloads = some.lists(
    some.builds(
        lambda first, hours, size: overload("x", first, hours, *size),
        some.integers(-5, 40),
        some.integers(1, 30),
        sizes,
    ),
    min_size=2,
    max_size=4,
)


@given(overloads, some.randoms(use_true_random=False))
def test_the_order_of_the_tables_makes_no_difference(several: list[Incident], chance) -> None:
    shuffled = list(several)
    chance.shuffle(shuffled)
    base = two_days_of_load(DAY)

    assert np.array_equal(stormy(base, several, DAY), stormy(base, shuffled, DAY))


@given(overloads)
def test_several_overloads_are_worse_than_each_of_them_and_agree_with_their_retries(several: list[Incident]) -> None:
    base = two_days_of_load(DAY)
    together = stormy(base, several, DAY)
    served = np.ones(48)
    for one in several:
        first = (one.start - MIDNIGHT) // HOUR
        hours = slice(max(first, 0), max((one.end - MIDNIGHT) // HOUR, 0))
        served[hours] *= 1 - sum(one.effect.values()) * (1 - 1 / np.maximum(together[hours], 1))
    again = AFTER_TECHNICAL * (1 - served)

    assert (together >= np.max([stormy(base, [one], DAY) for one in several], axis=0) - 2e-6).all()
    assert np.allclose(together, base * (1 + again + again**2 + again**3), atol=1e-4)


def test_two_overloads_of_other_hours_do_what_each_does_alone() -> None:
    morning, evening = overload("a", 9, 3, 0.4), overload("b", 20, 3, 0.5)
    base = two_days_of_load(DAY)
    together = stormy(base, [morning, evening], DAY)

    assert np.array_equal(together[:15], stormy(base, [morning], DAY)[:15])
    assert np.array_equal(together[15:], stormy(base, [evening], DAY)[15:])


def test_a_day_of_two_overloads_is_the_same_day_whatever_the_order_of_their_tables() -> None:
    several = overload("a", 0, 24, 0.3, 0.1), replace(overload("b", 8, 14), effect={"T202": 0.4})
    world = make_world(attempts=120_000, scenario="calm")
    one, other = (
        stage_of(replace(world, scenario=replace(world.scenario, incidents=incidents)), DAY).as_it_is
        for incidents in (several, several[::-1])
    )

    for name in ("key", "micros", "outcome", "bits", "amount"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_the_load_of_a_single_overload_is_what_it_was() -> None:
    [one] = load_scenario("overload").incidents
    loads = stormy(two_days_of_load(DAY), [one], DAY)

    assert {hour: loads[hour] for hour in BEFORE_THE_FIXED_POINT_WAS_SHARED} == BEFORE_THE_FIXED_POINT_WAS_SHARED


def test_the_readme_says_how_far_each_promotion_goes_above_capacity() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    busy = {day: load_by_hour(day).max() for n in range(365) if (day := date(2025, 11, 1) + timedelta(days=n))}
    told = ", ".join(f"{busy[day]:.1f} on {day:%m-%d}" for day in (date(2026, 6, 18), date(2025, 12, 12)))

    assert f"(at most {busy[DAY]:.1f} times on 11-11, {told})" in readme


# ------------------------------------------------------------------------------------------- what is refused

OVERLOAD = """[[incidents]]
id = "x"
kind = "overload"
layer = "platform"
start = {start}
end = {end}
onset = "load"
effect = {effect}
"""
NIGHT = {"start": "2025-11-11T00:00:00", "end": "2025-11-12T00:00:00", "effect": "{ P301 = 0.3 }"}
BROKEN = {
    "a reason behind the technical gate": (
        {"effect": "{ P301 = 0.3, P101 = 0.1 }"},
        r"effect: P101 is not one of onset 'load', which are P301, P302, T101, ",
    ),
    "a score line": ({"effect": "{ cut_off = 20 }"}, r"effect: cut_off is not one of onset 'load'"),
    "more than everybody": (
        {"effect": "{ P301 = 0.7, T202 = 0.5 }"},
        r"effect: P301 \+ T202 = 1\.2, and onset 'load' refuses at most 1",
    ),
    "an ordinary week": (
        {"start": "2026-03-09T00:00:00", "end": "2026-03-16T00:00:00"},
        r"onset 'load': the busiest of its hours, 2026-03-09 21:00:00, has a load of 0\.90, and above 1 it begins to "
        r"refuse; put it on a promotion \(11-11, 06-18, 11-12, 12-12, 11-10, 06-17\) or give it another onset",
    ),
    "the small hours of a promotion": (
        {"start": "2025-11-11T02:00:00", "end": "2025-11-11T05:00:00"},
        r"the busiest of its hours, 2025-11-11 02:00:00, has a load of 0\.28",
    ),
    "a promotion on a Sunday": (
        {"start": "2027-12-12T00:00:00", "end": "2027-12-13T00:00:00"},
        r"the busiest of its hours, 2027-12-12 21:00:00, has a load of 0\.99",
    ),
}


def written(folder: Path, **other: str) -> str:
    path = folder / "mine.toml"
    path.write_text(OVERLOAD.format(**(NIGHT | other)), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(("other", "message"), BROKEN.values(), ids=list(BROKEN))
def test_an_overload_that_cannot_be_gets_one_line(tmp_path: Path, other: dict[str, str], message: str) -> None:
    with pytest.raises(RefusalLensError, match=r"mine\.toml: incident 'x': .*" + message) as caught:
        load_scenario(written(tmp_path, **other))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        {"effect": "{ P301 = 0.7, P302 = 0.2, T202 = 0.1 }"},
        {"start": "2025-12-12T20:30:00", "end": "2025-12-12T21:10:00"},
        {"start": "2026-01-01T00:00:00", "end": "2027-01-01T00:00:00"},
    ],
    ids=["everybody", "the evening of a small promotion", "a year with its promotions"],
)
def test_an_overload_above_capacity_loads(tmp_path: Path, other: dict[str, str]) -> None:
    [one] = load_scenario(written(tmp_path, **other)).incidents

    assert one.onset is Onset.LOAD


def test_an_overload_whose_busy_hours_lie_outside_the_days_asked_is_refused(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, end="2025-11-20T00:00:00"))

    check_days(scenario, date(2025, 11, 12), date(2026, 10, 31))
    with pytest.raises(RefusalLensError, match=r"the busiest of its hours, 2025-11-17 21:00:00, has a load of 0\.90"):
        check_days(scenario, date(2025, 11, 13), date(2026, 10, 31))
