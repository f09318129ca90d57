"""The menu at a mark: only this, all except this, released; what it says and to which of a cell's values it is done."""

from pathlib import Path

import pytest

from dashboard.filters import Filters
from dashboard.ways import Menu, Way, labels, menu, on_menu, spoken
from etl.query import Selection
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language

GUANGDONG, SICHUAN = "CN-GD", "CN-SC"


@pytest.fixture(scope="module")
def snapshot(synthetic_home: Path) -> Snapshot:
    return open_snapshot(synthetic_home)


def regions(*values: str, is_except: bool = False) -> Filters:
    return Filters(where=(("region", Selection(values, is_except)),))


@pytest.mark.parametrize(
    ("before", "way", "after"),
    [
        (Filters(), Way.ONLY, regions(GUANGDONG)),
        (regions(SICHUAN), Way.ONLY, regions(GUANGDONG)),
        (regions(GUANGDONG, is_except=True), Way.ONLY, regions(GUANGDONG)),
        (Filters(), Way.EXCEPT, regions(GUANGDONG, is_except=True)),
        (regions(GUANGDONG, SICHUAN), Way.EXCEPT, regions(GUANGDONG, is_except=True)),
        (regions(SICHUAN, is_except=True), Way.EXCEPT, regions(GUANGDONG, SICHUAN, is_except=True)),
        (regions(GUANGDONG, SICHUAN), Way.RELEASE, regions(SICHUAN)),
        (regions(GUANGDONG, is_except=True), Way.RELEASE, Filters()),
    ],
)
def test_a_mark_stands_alone_is_left_out_or_is_released(
    snapshot: Snapshot, before: Filters, way: Way, after: Filters
) -> None:
    assert on_menu(snapshot, ("region",), (GUANGDONG,), way, 0)(before) == after


def test_a_cell_stands_alone_whole_and_leaves_out_one_of_its_values(snapshot: Snapshot) -> None:
    own, cell = ("region", "cause"), (GUANGDONG, "overload")
    only = on_menu(snapshot, own, cell, Way.ONLY, 0)(Filters())
    assert dict(only.where) == {"region": Selection((GUANGDONG,)), "cause": Selection(("overload",))}
    left_out = on_menu(snapshot, own, cell, Way.EXCEPT, 1)(Filters())
    assert dict(left_out.where) == {"cause": Selection(("overload",), True)}


def test_what_nobody_knows_changes_nothing(snapshot: Snapshot) -> None:
    for way in Way:
        assert on_menu(snapshot, ("region",), ("nowhere",), way, 0)(Filters()) == Filters()
    assert on_menu(snapshot, ("region",), (GUANGDONG,), Way.EXCEPT, 7)(Filters()) == Filters()


def test_the_browser_is_told_which_values_and_days_are_in_the_filters() -> None:
    chosen = regions(GUANGDONG, is_except=True)
    assert menu(("region", "cause"), chosen, framed=False) == Menu(("region", "cause"), ((GUANGDONG,), ()))


@pytest.mark.parametrize(("language", "named"), [(Language.EN, "Only Guangdong"), (Language.ZH, "仅看 广东")])
def test_items_name_their_value_in_the_readers_language(snapshot: Snapshot, language: Language, named: str) -> None:
    value = labels(snapshot, ["region"], language)["region"][GUANGDONG]
    assert spoken(language)["only"].replace("{value}", value) == named


def test_weekdays_and_hours_have_names_too(snapshot: Snapshot) -> None:
    named = labels(snapshot, ["weekday", "hour"], Language.EN)
    assert (named["weekday"]["1"], named["hour"]["9"]) == ("Mon", "09:00")
