"""Choices: which one value a filter names, and what a change above leaves behind below."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dashboard.choices import narrowed, toggled
from dashboard.filters import Filters
from dashboard.ways import Way, changed
from etl.query import Selection, ask
from etl.snapshot import Snapshot

LOG = """
outcome  | region | city   | at         | times
approved | CN-GD  | 深圳市 | 2026-10-05 | 3
approved | CN-GD  | 广州市 | 2026-10-05 | 2
approved | CN-BJ  | 北京市 | 2026-10-05 | 4
"""
SHENZHEN = Filters(
    preset="all", compare=None, where=(("region", Selection(("CN-GD",))), ("city", Selection(("深圳市",))))
)


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(LOG)


def attempts(snapshot: Snapshot, filters: Filters) -> int:
    return int(ask(snapshot, filters.question(snapshot.info, ("attempts",)))["attempts"].iloc[0])


def test_another_region_leaves_no_city_of_the_one_before(snapshot: Snapshot) -> None:
    beijing = changed(snapshot, SHENZHEN, {"region": "CN-BJ"}, Way.ONLY)

    assert beijing.where == (("region", Selection(("CN-BJ",))),)
    assert attempts(snapshot, beijing) == 4


@pytest.mark.parametrize("is_except", [False, True], ids=["only", "except"])
@pytest.mark.parametrize("above", ["region", "macro_region"])
def test_cities_have_no_parents_so_any_change_above_drops_their_filter(
    snapshot: Snapshot, above: str, is_except: bool
) -> None:
    cities = Filters(where=(("city", Selection(("深圳市",), is_except)), ("channel", Selection(("app",)))))
    value = {"region": "CN-GD", "macro_region": "CN-south"}[above]

    assert dict(toggled(snapshot, cities, above, value).where) == {
        above: Selection((value,)),
        "channel": Selection(("app",)),
    }


def test_what_changes_nothing_above_keeps_the_city(snapshot: Snapshot) -> None:
    assert narrowed(snapshot, SHENZHEN, "region", Selection(("CN-GD",))) == SHENZHEN
    app = narrowed(snapshot, SHENZHEN, "channel", Selection(("app",)))
    assert app == replace(SHENZHEN, where=(*SHENZHEN.where, ("channel", Selection(("app",)))))


@pytest.mark.parametrize(
    ("selection", "only"),
    [
        (None, None),
        (Selection(("CN-GD",)), "CN-GD"),
        (Selection(("CN-GD", "CN-SC")), None),
        (Selection(("CN-GD",), is_except=True), None),
    ],
    ids=["none", "one", "two", "all except one"],
)
def test_a_filter_names_one_value_only_where_it_chooses_exactly_one(
    selection: Selection | None, only: str | None
) -> None:
    filters = replace(Filters(), where=(("region", selection),) if selection else ())

    assert filters.only("region") == only
