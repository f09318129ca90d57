"""Filters and their form in the URL: nothing is lost on the way there and back, and no address can break the screen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formats
from dashboard.address import PARAMETERS, read_query, to_query
from dashboard.filters import CUSTOM, FILTERABLE, PRESETS, Filters, Granularity, opening
from dashboard.problems import said as said_of
from dashboard.wording import rest
from etl.errors import InvalidValue
from etl.periods import PRESETS as PERIOD_PRESETS
from etl.periods import Comparison, Period
from etl.query import Attribution, Selection
from etl.rows import COUNTED
from etl.snapshot import Snapshot, SnapshotInfo
from etl.words import Language

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
values = st.text(min_size=1, max_size=12)
selections = st.builds(
    Selection, st.lists(values, max_size=4).map(tuple), st.booleans()
)  # empty and repeated values included
filters = st.builds(
    Filters,
    preset=st.sampled_from(list(PRESETS)),
    since=st.none() | days,
    until=st.none() | days,
    compare=st.none() | st.sampled_from(Comparison),
    where=st.dictionaries(st.sampled_from(FILTERABLE), selections).map(lambda chosen: tuple(chosen.items())),
    attribution=st.sampled_from(Attribution),
    granularity=st.sampled_from(Granularity),
    language=st.sampled_from(Language),
    counted=st.sampled_from(COUNTED),
)
openings = st.builds(
    Filters,
    preset=st.sampled_from([name for name in PRESETS if name != CUSTOM]),
    compare=st.none() | st.sampled_from(Comparison),
    language=st.sampled_from(Language),
)


def info(time_grain: str = "instant") -> SnapshotInfo:
    return SnapshotInfo(
        id="s1",
        published_at=datetime(2026, 11, 2, tzinfo=UTC),
        as_of=datetime(2026, 11, 1),  # noqa: DTZ001  (a label of the business zone, as in the snapshot)
        first_day=date(2025, 11, 1),
        last_day=date(2026, 10, 31),
        time_grain=time_grain,
        business_zone="Asia/Shanghai",
        is_synthetic=True,
        fraction_units=60,
        currencies=("CNY",),
    )


@given(filters, openings)
def test_an_address_brings_back_the_same_filters(chosen: Filters, first: Filters) -> None:
    assert read_query(to_query(chosen, first), first).filters == chosen


@given(filters.filter(lambda chosen: all(v.isprintable() for _, s in chosen.where for v in s.values)))
def test_the_address_survives_the_browser(chosen: Filters) -> None:
    text = urlencode(to_query(chosen), doseq=True)
    assert read_query(parse_qs(text)).filters == chosen


@given(filters)
def test_nothing_in_an_own_address_is_noticed(chosen: Filters) -> None:
    assert read_query(to_query(chosen)).notices == ()


@given(st.dictionaries(st.sampled_from(PARAMETERS) | st.text(), st.lists(st.text(), max_size=3)))
def test_no_address_breaks_the_screen(query: dict[str, list[str]]) -> None:
    reading = read_query(query)
    for notice in reading.notices:
        assert all("\n" not in notice.words(language, name="", value="", hint="") for language in Language)
    assert read_query(to_query(reading.filters)).filters == reading.filters


def test_the_opening_has_an_empty_address() -> None:
    first = opening(info(), Language.ZH)
    assert to_query(first, first) == {}


def test_the_address_is_readable() -> None:
    chosen = Filters(
        preset="last90",
        where=(("region", Selection(("CN-SH", "CN-GD"))), ("cause", Selection(("overload",), is_except=True))),
    )
    assert urlencode(to_query(chosen), doseq=True) == ("period=last90&except_cause=overload&region=CN-GD&region=CN-SH")


def test_own_dates_need_no_period_in_the_address() -> None:
    chosen = Filters(preset=CUSTOM, since=date(2026, 3, 1), until=date(2026, 3, 7))
    assert to_query(chosen) == {"since": ["2026-03-01"], "until": ["2026-03-07"]}


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ({"regoin": ["CN-GD"]}, "“regoin”, which is not a filter here; it was ignored. Did you mean region"),
        ({"period": ["last9"]}, "Period “last9”, which is not known here; it was ignored. Did you mean last90"),
        ({"since": ["2026-02-30"]}, "First day “2026-02-30”, which is not known here"),
        ({"attribution": ["primry"]}, "Did you mean primary?"),
    ],
)
def test_what_is_not_understood_is_said_in_one_line(query: dict[str, list[str]], line: str) -> None:
    reading = read_query(query)
    assert reading.filters == Filters()
    assert [line in notice(Language.EN) for notice in reading.notices] == [True]


@given(filters, st.sampled_from(FILTERABLE), values)
def test_a_second_click_releases(chosen: Filters, dimension: str, value: str) -> None:
    clicked = chosen.toggled(dimension, value)
    assert clicked.selects(dimension, value) or chosen.selects(dimension, value)
    selection = chosen.selection(dimension)
    if selection is None or len(selection.values) > 1 or value not in selection.values:
        assert clicked.toggled(dimension, value) == chosen


def test_a_click_adds_to_a_choice_and_to_an_exception() -> None:
    kept = Filters().toggled("region", "CN-GD").toggled("region", "CN-SH")
    assert kept.selection("region") == Selection(("CN-GD", "CN-SH"))
    excepted = Filters(where=(("cause", Selection(("overload",), is_except=True)),))
    assert not excepted.selects("cause", "overload")
    assert excepted.selects("cause", "a code that is new tomorrow")
    assert excepted.toggled("cause", "network").selection("cause") == Selection(("network", "overload"), True)
    assert excepted.toggled("cause", "overload").where == ()


def test_clearing_keeps_period_and_language() -> None:
    chosen = Filters(preset="last90", language=Language.ZH).toggled("region", "CN-GD")
    assert chosen.cleared() == Filters(preset="last90", language=Language.ZH)
    assert chosen.without("region") == chosen.cleared()


def test_presets_count_back_from_the_as_of() -> None:
    assert Filters(preset="last7").period(info()) == Period(date(2026, 10, 25), date(2026, 10, 31))
    assert Filters(preset="all").period(info()) == Period(date(2025, 11, 1), date(2026, 10, 31))


def test_own_dates_in_the_wrong_order_are_swapped_and_open_ends_reach_to_the_log() -> None:
    swapped = Filters(preset=CUSTOM, since=date(2026, 3, 7), until=date(2026, 3, 1))
    assert swapped.period(info()) == Period(date(2026, 3, 1), date(2026, 3, 7))
    assert Filters(preset=CUSTOM, since=date(2026, 3, 7)).period(info()).until == date(2026, 10, 31)
    assert Filters(preset="last7", since=date(2026, 3, 7)) == Filters(preset="last7")


def test_the_comparison_lies_inside_the_log() -> None:
    assert Filters(preset="last28").comparison(info()) == Period(date(2026, 9, 6), date(2026, 10, 3))
    assert Filters(preset="all").comparison(info()) is None
    assert Filters(compare=None).comparison(info()) is None


def test_a_question_carries_the_filters_but_may_leave_its_own_dimension_out() -> None:
    chosen = Filters(attribution=Attribution.ANY).toggled("region", "CN-GD").toggled("cause", "overload")
    question = chosen.question(info(), ["refusal_rate"], ["region"], without=["region"])
    assert question.where == {"cause": Selection(("overload",))}
    assert (question.by, question.attribution) == (("region",), Attribution.ANY)
    assert (question.since, question.until) == (date(2026, 10, 4), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("preset", "granularity", "time_grain", "grain"),
    [
        ("last7", "auto", "instant", "day"),
        ("last90", "auto", "instant", "week"),
        ("all", "auto", "instant", "week"),
        ("last28", "hour", "instant", "hour"),
        ("last28", "hour", "day", "day"),
        ("last28", "auto", "month", "month"),
        ("all", "auto", "year", "year"),
        ("all", "day", "year", "year"),
    ],
)
def test_time_comes_in_steps_that_the_log_has(preset: str, granularity: str, time_grain: str, grain: str) -> None:
    chosen = Filters(preset=preset, granularity=Granularity(granularity))
    assert chosen.grain(info(time_grain)) == grain


def test_a_log_of_years_opens_with_everything() -> None:
    assert opening(info("year"), Language.EN) == replace(Filters(), preset="all", compare=None)


EDGES = [
    date.min,
    date(1999, 1, 1),
    date(2025, 11, 1),
    date(2026, 3, 1),
    date(2026, 10, 31),
    date(2030, 1, 1),
    date.max,
]


@pytest.mark.parametrize("time_grain", ["instant", "day", "month", "year"])
@given(
    since=st.none() | st.sampled_from(EDGES),
    until=st.none() | st.sampled_from(EDGES),
    compare=st.sampled_from(Comparison),
)
def test_no_own_dates_break_the_period(
    time_grain: str, since: date | None, until: date | None, compare: Comparison
) -> None:
    if since and until and since > until:
        since, until = until, since
    chosen, log = Filters(preset=CUSTOM, since=since, until=until, compare=compare), info(time_grain)
    period, before = chosen.period(log), chosen.comparison(log)
    assert period.since <= period.until
    assert log.first_day - period.since <= timedelta(1)
    assert period.until - log.last_day <= timedelta(1)
    assert before is None or log.first_day <= before.since <= before.until
    assert chosen.is_outside(log) is (min(until or date.max, log.last_day) < max(since or date.min, log.first_day))


def test_own_dates_are_cut_to_the_complete_days_before_they_are_compared() -> None:
    """Else 24 days would be compared with 31."""
    log = replace(info(), last_day=date(2026, 11, 1))
    chosen = Filters(preset=CUSTOM, since=date(2026, 10, 8), until=date(2026, 11, 7))
    assert chosen.period(log) == Period(date(2026, 10, 8), date(2026, 10, 31))
    assert chosen.comparison(log) == Period(date(2026, 9, 10), date(2026, 10, 3))


@pytest.mark.parametrize(
    ("preset", "granularity", "grain"), [("last28", "hour", "hour"), ("last90", "hour", "day"), ("all", "hour", "day")]
)
def test_too_many_steps_give_way_to_coarser_ones(preset: str, granularity: str, grain: str) -> None:
    chosen = Filters(preset=preset, granularity=Granularity(granularity))
    assert chosen.grain(info()) == grain
    assert chosen.is_too_fine(info()) is (grain != granularity)
    said = rest(chosen, cast("Snapshot", SimpleNamespace(info=info())))
    assert ("Hours would be too many steps for this period; time is shown in days" in said) is (grain != granularity)


def test_the_presets_are_those_of_the_periods() -> None:
    assert set(PRESETS) == {*PERIOD_PRESETS, CUSTOM}


def test_nothing_is_said_to_fall_by_zero() -> None:
    assert [formats.points(rise, Language.EN) for rise in (-0.0004, 0.0004, -0.0006)] == ["0.0 pp", "0.0 pp", "−0.1 pp"]
    assert [formats.signed(rise, Language.EN) for rise in (-0.2, 0, 1204)] == ["0", "0", "+1,204"]


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("this log does not carry 'hour'; it carries day", "日志未包含：小时。"),
        (
            "money never adds across currencies (CNY, USD); add `--by currency`",
            "多个币种的金额不能相加。请按币种筛选后查看。",
        ),
        ("something else", "此日志无法显示该内容。"),
    ],
)
def test_what_cannot_be_answered_is_said_in_chinese(text: str, zh: str) -> None:
    assert said_of(InvalidValue(text), Language.ZH) == zh
