"""Rows spoiled on purpose: always the same ones, each in one way, and nothing else is touched."""

import math
from collections import Counter
from datetime import date, timedelta
from typing import Any
from unicodedata import normalize

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from etl.catalogue import load_catalogue
from synthetic_data import make_day, make_world
from synthetic_data.log import UNKNOWN_CODES
from synthetic_data.mess import CHANGES, STRAY_CODES, Mess, Spoiled, spoil
from synthetic_data.places import load_places
from synthetic_data.streams import Streams
from synthetic_data.world import BUSINESS_ZONE

SEED = 7
LAST = date(2026, 10, 31)
BEFORE = LAST - timedelta(days=1)
MUCH = 0.4
"""A share at which every kind occurs on a small day."""

Row = dict[str, Any]


@pytest.fixture(scope="module")
def logs() -> dict[date, pa.Table]:
    world = make_world(days=2, attempts=6_000, end=LAST)
    return {day: make_day(world, day).log for day in world.days}


@pytest.fixture(scope="module")
def log(logs: dict[date, pa.Table]) -> pa.Table:
    return logs[LAST]


@pytest.fixture(scope="module")
def spoiled(log: pa.Table) -> Spoiled:
    return spoiled_day(log)


def spoiled_day(log: pa.Table, day: date = LAST, share: float = MUCH, *, holds_back: bool = True) -> Spoiled:
    return spoil(Streams(SEED), log, day, share, holds_back=holds_back)


def rows_of(table: pa.Table) -> list[Row]:
    """The rows, with every amount as text."""
    rows: list[Row] = table.to_pylist()
    amounts = table["amount_requested"].cast(pa.string()).to_pylist()
    return [{**row, "amount_requested": amount} for row, amount in zip(rows, amounts, strict=True)]


def labels_of(spoiled: Spoiled) -> dict[str, str]:
    ids, labels = (spoiled.labels[name].to_pylist() for name in ("attempt_id", "label"))
    return dict(zip(ids, labels, strict=True))


def pairs(log: pa.Table, spoiled: Spoiled, kind: Mess) -> list[tuple[Row, Row]]:
    """The rows of one kind, before and after."""
    before = {row["attempt_id"]: row for row in rows_of(log)}
    labels = labels_of(spoiled)
    after = [row for row in rows_of(spoiled.log) if labels.get(row["attempt_id"]) == kind]
    return [(before[row["attempt_id"]], row) for row in after]


def is_near(count: int, tries: int, share: float) -> bool:
    """Within five standard deviations of a binomial count."""
    return abs(count - tries * share) <= 5 * math.sqrt(tries * share * (1 - share))


# ------------------------------------------------------------------------------------------- the same mess again


def test_the_same_day_is_spoiled_the_same_way_twice_whatever_was_spoiled_between(logs: dict[date, pa.Table]) -> None:
    first = spoiled_day(logs[LAST])
    spoiled_day(logs[BEFORE], BEFORE, 0.01)
    again = spoiled_day(logs[LAST])

    assert (first.log, first.late, first.labels) == (again.log, again.late, again.labels)


def test_another_day_and_another_seed_spoil_other_rows(log: pa.Table, spoiled: Spoiled) -> None:
    other_day = spoiled_day(log, BEFORE)
    other_seed = spoil(Streams(SEED + 1), log, LAST, MUCH, holds_back=True)

    assert spoiled.labels != other_day.labels
    assert spoiled.labels != other_seed.labels


def test_a_larger_share_spoils_the_same_rows_in_the_same_way_and_others(log: pa.Table, spoiled: Spoiled) -> None:
    few, many = labels_of(spoiled_day(log, share=0.05)), labels_of(spoiled)

    assert 0 < len(few) < len(many)
    assert few.items() <= many.items()


# ------------------------------------------------------------------------------------------- every row is accounted for


@pytest.mark.parametrize("holds_back", [True, False])
def test_rows_in_are_the_rows_of_the_file_and_the_late_ones_without_the_duplicates(
    log: pa.Table, holds_back: bool
) -> None:
    spoiled = spoiled_day(log, holds_back=holds_back)
    doubled = [attempt for attempt, label in labels_of(spoiled).items() if label == Mess.DUPLICATE]
    arrived = Counter([*spoiled.log["attempt_id"].to_pylist(), *spoiled.late["attempt_id"].to_pylist()])

    assert arrived - Counter(doubled) == Counter(log["attempt_id"].to_pylist())
    assert log.num_rows == spoiled.log.num_rows + spoiled.late.num_rows - len(doubled)


def test_labels_name_attempts_of_the_day_once_each(log: pa.Table, spoiled: Spoiled) -> None:
    assert len(labels_of(spoiled)) == spoiled.labels.num_rows
    assert set(labels_of(spoiled)) <= set(log["attempt_id"].to_pylist())


def test_a_spoiled_row_differs_in_the_columns_of_its_kind_and_all_others_are_untouched(
    log: pa.Table, spoiled: Spoiled
) -> None:
    before, labels = {row["attempt_id"]: row for row in rows_of(log)}, labels_of(spoiled)
    for row in rows_of(spoiled.log) + rows_of(spoiled.late):
        was, label = before[row["attempt_id"]], labels.get(row["attempt_id"])
        changed = {name for name in log.column_names if row[name] != was[name]}

        assert changed == set(CHANGES.get(Mess(label), {}) if label else {})


def test_rows_that_stay_keep_their_order(log: pa.Table, spoiled: Spoiled) -> None:
    first_seen = list(dict.fromkeys(spoiled.log["attempt_id"].to_pylist()))
    stayed = set(first_seen)

    assert first_seen == [name for name in log["attempt_id"].to_pylist() if name in stayed]


# ------------------------------------------------------------------------------------------- how much of what


@pytest.mark.parametrize("share", [0.02, 0.2, 0.7])
def test_the_share_is_near_what_was_asked_for(log: pa.Table, share: float) -> None:
    assert is_near(spoiled_day(log, share=share).labels.num_rows, log.num_rows, share)


def test_a_share_of_nothing_spoils_nothing(log: pa.Table) -> None:
    spoiled = spoiled_day(log, share=0)

    assert rows_of(spoiled.log) == rows_of(log)
    assert (spoiled.late.num_rows, spoiled.labels.num_rows) == (0, 0)


def test_every_kind_occurs_and_none_is_late_where_no_file_follows(log: pa.Table, spoiled: Spoiled) -> None:
    last = spoiled_day(log, holds_back=False)

    assert set(labels_of(spoiled).values()) == set(Mess)
    assert set(labels_of(last).values()) == set(Mess) - {Mess.LATE}
    assert last.late.num_rows == 0


def test_kinds_are_equally_likely_where_all_of_them_make_sense(log: pa.Table) -> None:
    open_to_all = {
        row["attempt_id"]
        for row in rows_of(log)
        if None not in (row["region"], row["reason_codes"], row["amount_requested"])
    }
    labels = labels_of(spoiled_day(log, share=1))
    found = Counter(labels[attempt] for attempt in open_to_all)

    assert all(is_near(found[kind], len(open_to_all), 1 / len(Mess)) for kind in Mess), found


# ------------------------------------------------------------------------------------------- the kinds


def test_a_duplicate_is_the_same_row_once_more_later_in_the_file(log: pa.Table, spoiled: Spoiled) -> None:
    found = pairs(log, spoiled, Mess.DUPLICATE)

    assert {2} == set(Counter(row["attempt_id"] for _, row in found).values())
    assert all(before == after for before, after in found)


def test_the_late_rows_are_those_labelled_so(spoiled: Spoiled) -> None:
    late = {attempt for attempt, label in labels_of(spoiled).items() if label == Mess.LATE}

    assert late == set(spoiled.late["attempt_id"].to_pylist())


def test_clocks_are_off_by_whole_minutes_over_midnight_and_past_the_decision(log: pa.Table, spoiled: Spoiled) -> None:
    found = pairs(log, spoiled, Mess.CLOCK_SKEW)
    local = [after["attempted_at"].astimezone(BUSINESS_ZONE) for _, after in found]

    assert all((was["attempted_at"] - row["attempted_at"]) % timedelta(minutes=1) == timedelta(0) for was, row in found)
    assert any(moment.date() != LAST for moment in local)
    assert any(row["decided_at"] and row["attempted_at"] > row["decided_at"] for _, row in found)


def test_a_lost_region_takes_its_city_along(log: pa.Table, spoiled: Spoiled) -> None:
    assert {(None, None)} == {(row["region"], row["city"]) for _, row in pairs(log, spoiled, Mess.MISSING_REGION)}


def test_stray_codes_are_known_to_no_catalogue_and_not_those_of_the_world(log: pa.Table, spoiled: Spoiled) -> None:
    found = pairs(log, spoiled, Mess.UNKNOWN_CODE)

    assert set(STRAY_CODES) == {row["reason_codes"] for _, row in found}
    assert {"refused"} == {row["outcome"] for _, row in found}
    assert set(STRAY_CODES).isdisjoint({*load_catalogue().reasons, *(code for code, *_ in UNKNOWN_CODES)})


@pytest.mark.parametrize("die", [0.0, 0.99])
def test_garbled_cities_break_no_line_and_resemble_no_city(die: float) -> None:
    cities = load_places().cities
    garbled = {CHANGES[Mess.MOJIBAKE]["city"](city, die) for city in cities}

    assert garbled.isdisjoint(cities)
    assert set(',"|\r\n').isdisjoint("".join(garbled))


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(Mess.CURRENCY_AMOUNT, "¥[0-9]{1,2},[0-9]{3}|¥[0-9]{3}"), (Mess.FULL_WIDTH_AMOUNT, "[０-９]{3,5}")],
)
def test_an_amount_written_otherwise_is_the_same_amount(
    log: pa.Table, spoiled: Spoiled, kind: Mess, shape: str
) -> None:
    found = pairs(log, spoiled, kind)
    amounts = pa.array(row["amount_requested"] for _, row in found)

    assert pc.all(pc.match_substring_regex(amounts, f"^({shape})$")).as_py()
    assert all(
        normalize("NFKC", row["amount_requested"]).strip("¥").replace(",", "") == was["amount_requested"]
        for was, row in found
    )


# ------------------------------------------------------------------------------------------- one schema


def test_files_of_all_days_have_one_schema_whatever_was_spoiled(logs: dict[date, pa.Table], spoiled: Spoiled) -> None:
    log = logs[BEFORE]
    without_refusals = log.filter(pc.not_equal(log["outcome"].cast(pa.string()), "refused"))
    several = (
        spoiled_day(log, BEFORE, share=0.001),
        spoiled_day(log, BEFORE, share=1, holds_back=False),
        spoiled_day(without_refusals, BEFORE),
        spoiled_day(log.slice(0, 0), BEFORE),
        spoiled_day(log.schema.empty_table(), BEFORE),
    )

    assert all(one.log.schema == one.late.schema == spoiled.log.schema for one in several)
    assert all(one.labels.schema == spoiled.labels.schema for one in several)
    assert pa.concat_tables([spoiled.log, *(one.late for one in several)]).schema == spoiled.log.schema


def test_only_columns_that_can_be_spoiled_as_text_change_their_type(log: pa.Table, spoiled: Spoiled) -> None:
    retyped = {field.name for field in log.schema if spoiled.log.schema.field(field.name) != field}

    assert retyped == {"region", "city", "reason_codes", "amount_requested"}
    assert {pa.string()} == {spoiled.log.schema.field(name).type for name in retyped}
