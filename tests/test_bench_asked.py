"""What the benchmarks find out before they measure: what a view asks, under which filters, and how times are told."""

from pathlib import Path

import bench_scale_peers as peers
import pytest
from bench_asked import Spread, ask_again, asked_by, kinds, pooled

from dashboard.filters import FILTERABLE, opening
from etl import intervals
from etl.query import ask
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language


@pytest.fixture(scope="module")
def snapshot(synthetic_home: Path) -> Snapshot:
    return open_snapshot(synthetic_home)


def test_everything_a_view_asks_is_caught_and_can_be_asked_again(snapshot: Snapshot) -> None:
    asked = asked_by("regions", snapshot, opening(snapshot.info, Language.EN))

    assert {"rollup_region", "rollup_day"} <= {one.rollup for one in asked}
    assert ("region", "cause") in {one.question.by for one in asked}
    ask_again(asked)


def test_what_was_answered_before_is_asked_again(snapshot: Snapshot) -> None:
    first, again = (asked_by("regions", snapshot, opening(snapshot.info, Language.EN)) for _ in range(2))

    assert [one.question for one in again] == [one.question for one in first] != []


def test_the_doors_are_as_before_once_the_questions_are_caught(snapshot: Snapshot) -> None:
    asked_by("overview", snapshot, opening(snapshot.info, Language.EN))

    assert intervals.ask is ask


def test_every_filter_with_a_choice_is_tried_alone(snapshot: Snapshot) -> None:
    tried = {kind.filters.where[0][0] for kind in kinds(snapshot) if len(kind.filters.where) == 1}

    assert {name for name in FILTERABLE if len(snapshot.values(name)) > 1} <= tried


def test_of_few_times_the_longest_is_p95() -> None:
    assert pooled([Spread((3.0, 1.0)), Spread((2.0,))]) == Spread((3.0, 1.0, 2.0))
    assert (Spread((3.0, 1.0, 2.0)).p50, Spread((3.0, 1.0, 2.0)).p95) == (2.0, 3.0)
    assert Spread(tuple(map(float, range(100)))).p95 == 94.0


def test_a_peer_sums_each_rollup_from_the_smallest_that_has_its_keys() -> None:
    keys = {"wide": ["day", "hour", "region"], "hours": ["day", "hour"], "days": ["day"]}

    assert [peers.smallest_made(keys, name) for name in keys] == [None, "wide", "hours"]
