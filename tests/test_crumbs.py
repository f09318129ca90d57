"""Breadcrumbs and the sentence above them: where the filters lead, and the way back up."""

from datetime import date
from pathlib import Path

import pytest

from dashboard import crumbs, wording
from dashboard.filters import CUSTOM, Filters, Granularity
from etl.query import Attribution, Selection
from etl.snapshot import Snapshot, open_snapshot
from etl.words import Language


@pytest.fixture(scope="module")
def snapshot(synthetic_home: Path) -> Snapshot:
    return open_snapshot(synthetic_home)


def filters(language: Language = Language.EN, **chosen: str) -> Filters:
    """`cause="overload,debt"`; a minus in front leaves out."""
    where = {name: Selection(tuple(text.lstrip("-").split(",")), text.startswith("-")) for name, text in chosen.items()}
    return Filters(language=language, where=tuple(where.items()))


def said(chosen: Filters, snapshot: Snapshot) -> list[str]:
    return [" › ".join(step.text for step in trail) for trail in crumbs.trails(chosen, snapshot)]


@pytest.mark.parametrize(
    ("chosen", "trails"),
    [
        ({}, []),
        ({"layer": "platform"}, ["All layers › Platform"]),
        ({"cause": "overload"}, ["All layers › Platform › System overload"]),
        ({"layer": "platform", "cause": "overload,policy"}, ["All layers › Platform"]),
        ({"cause": "-overload"}, []),
        ({"region": "CN-GD,CN-SC"}, []),
        ({"region": "CN-GD"}, ["All regions › South China › Guangdong"]),
        ({"region": "CN-GD", "city": "Shenzhen"}, ["All regions › South China › Guangdong › Shenzhen"]),
        ({"layer": "user", "macro_region": "CN-south"}, ["All layers › User", "All regions › South China"]),
    ],
)
def test_crumbs_lead_down_to_the_one_value_that_is_chosen(
    snapshot: Snapshot, chosen: dict[str, str], trails: list[str]
) -> None:
    assert said(filters(**chosen), snapshot) == trails


def test_a_step_drops_what_lies_below_it_and_the_first_drops_all(snapshot: Snapshot) -> None:
    chosen = filters(cause="overload", region="CN-GD", channel="app")
    layer = crumbs.on_up(snapshot, "layer", "platform")(chosen)
    assert layer == filters(layer="platform", region="CN-GD", channel="app")
    assert crumbs.on_up(snapshot, "layer", "")(layer) == filters(region="CN-GD", channel="app")
    assert crumbs.on_up(snapshot, "region", "nowhere")(chosen) == chosen
    assert crumbs.on_up(snapshot, "channel", "")(chosen) == chosen


def test_nothing_is_shown_where_nothing_is_chosen_and_names_are_no_markup(snapshot: Snapshot) -> None:
    assert crumbs.html(Filters(), snapshot) == ""
    assert "&lt;b&gt;" in crumbs.html(filters(city="<b>"), snapshot)


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [
        (
            Language.EN,
            "Refusals · **5 Oct 2026 – 11 Oct 2026**",
            "counted for every reason named · time in hours · compared with 28 Sep 2026 – 4 Oct 2026",
        ),
        (
            Language.ZH,
            "拒绝 · **2026年10月5日 – 2026年10月11日**",
            "归每个出现的拒因 · 时间按小时 · 对比 2026年9月28日 – 2026年10月4日",
        ),
    ],
)
def test_one_sentence_says_period_counting_steps_and_comparison(
    snapshot: Snapshot, language: Language, begins: str, ends: str
) -> None:
    chosen = Filters(
        preset=CUSTOM,
        since=date(2026, 10, 5),
        until=date(2026, 10, 11),
        attribution=Attribution.ANY,
        granularity=Granularity.HOUR,
        language=language,
    )
    assert (wording.lead(chosen, snapshot), wording.rest(chosen, snapshot)) == (begins, ends)
