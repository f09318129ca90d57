"""Laws of the rows behind a number: as many as it counts, weighing what it weighs, each of them on one page once."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pencil import ALL, DAYS, MEANS, MONDAY, Row, contributors, drawing

from etl.query import Attribution, Question, Selection, ask
from etl.rows import COUNTED, Rows
from etl.snapshot import Snapshot

CODES = (*(code for code in MEANS if code[1].isdigit()), "")
VALUES = {
    "region": ("CN-GD", "CN-SH", "XX-9", "unknown"),
    "macro_region": ("CN-south", "CN-east", "unknown"),
    "channel": ("app", "web", "unknown"),
    "weekday": tuple(map(str, range(1, 8))),
    "hour": tuple(map(str, range(0, 24, 3))),
    "layer": ("user", "platform", "technical", "unknown"),
    "cause": tuple(cause for _, cause in MEANS.values()),
    "reason": tuple(MEANS),
}
EXAMPLES = 60


@st.composite
def questions(draw: st.DrawFn, metrics: tuple[str, ...] = (*COUNTED, "refusals", "refusals")) -> Question:
    names = draw(st.lists(st.sampled_from(tuple(VALUES)), unique=True, max_size=3))
    kept = {
        name: Selection(tuple(draw(st.sets(st.sampled_from(VALUES[name]), max_size=4))), draw(st.booleans()))
        for name in names
    }
    since, days = draw(st.none() | st.integers(0, DAYS - 1)), draw(st.integers(0, DAYS - 1))
    return Question(
        metrics=(draw(st.sampled_from(metrics)),),
        where=kept,
        since=None if since is None else MONDAY + timedelta(days=since),
        until=None if since is None else MONDAY + timedelta(days=min(since + days, DAYS - 1)),
        attribution=draw(st.sampled_from(Attribution)),
    )


@pytest.fixture(scope="module")
def drawn_rows() -> list[Row]:
    dice = np.random.default_rng(11)
    return [
        Row(
            outcome=str(dice.choice(ALL, p=(0.3, 0.5, 0.1, 0.05, 0.05))),
            day=int(dice.integers(DAYS)),
            hour=int(dice.integers(24)),
            region=str(dice.choice(("CN-GD", "CN-SH", "XX-9", ""))),
            channel=str(dice.choice(("app", "web", ""))),
            slots=tuple(str(code) for code in dice.choice(CODES, size=dice.integers(4))),
            cents=int(dice.integers(1_000_000)),
            times=int(dice.integers(1, 4)),
        )
        for _ in range(150)
    ]


@pytest.fixture(scope="module")
def snapshot(drawn_rows: list[Row], publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(drawing(drawn_rows))


@given(question=questions())
@settings(max_examples=EXAMPLES)
def test_the_rows_are_as_many_as_a_recount_finds_and_weigh_what_the_number_says(
    question: Question, drawn_rows: list[Row], snapshot: Snapshot
) -> None:
    rows = Rows(snapshot, question)
    counted, weight = contributors(drawn_rows, question)
    [metric] = question.metrics

    assert (rows.total, rows.weight) == (counted, weight)
    assert rows.weight == ask(snapshot, question)[metric].iloc[0]


@given(question=questions(), is_newest_first=st.booleans())
@settings(max_examples=EXAMPLES // 2)
def test_what_is_read_is_what_was_counted(question: Question, is_newest_first: bool, snapshot: Snapshot) -> None:
    rows = Rows(snapshot, question)

    page = rows.page(0, rows.total + 1, is_newest_first=is_newest_first)

    assert len(page) == page["attempt"].nunique() == rows.total
    if rows.is_weighed:
        assert page["weight"].sum() == pytest.approx(rows.weight)
    assert (
        page["attempted_at"].is_monotonic_decreasing
        if is_newest_first
        else page["attempted_at"].is_monotonic_increasing
    )


@pytest.mark.parametrize("size", [3, 50])
@pytest.mark.parametrize("is_newest_first", [True, False])
@pytest.mark.parametrize("attribution", Attribution)
def test_pages_of_any_size_hold_every_row_once(
    size: int, is_newest_first: bool, attribution: Attribution, snapshot: Snapshot
) -> None:
    where = {"layer": Selection(("user",)), "region": Selection(("CN-GD",))}
    rows = Rows(snapshot, Question(("refusals",), where=where, attribution=attribution))

    starts = range(0, rows.total, size)
    pages = [rows.page(first, size, is_newest_first=is_newest_first)["attempt"] for first in starts]
    paged = [attempt for page in pages for attempt in page]

    assert {len(page) for page in pages[:-1]} <= {size}
    assert paged == rows.page(0, rows.total, is_newest_first=is_newest_first)["attempt"].tolist()
    assert len(set(paged)) == rows.total > 0


def test_the_oldest_first_is_the_newest_first_turned_around(snapshot: Snapshot) -> None:
    rows = Rows(snapshot, Question(("attempts",)))

    newest, oldest = (rows.page(0, rows.total, is_newest_first=choice)["attempt"].tolist() for choice in (True, False))

    assert newest == oldest[::-1]
