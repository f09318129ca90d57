"""Laws that hold for any log and any question, against a recount of the drawn rows that knows nothing of etl."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pencil import ALL, DAYS, MEANS, MONDAY, OF_ATTEMPTS, OF_REFUSALS, ROWS, Row, disagreements, drawing

from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot

# ------------------------------------------------------------------------------------------- any question

VALUES = {
    "region": ("CN-GD", "CN-SH", "XX-9", "unknown"),
    "macro_region": ("CN-south", "CN-east", "unknown"),
    "channel": ("app", "web", "unknown"),
    "outcome": ALL,
    "layer": ("user", "platform", "technical", "unknown"),
    "cause": tuple(cause for _, cause in MEANS.values()),
    "reason": tuple(MEANS),
}
METRICS = (
    *("refusal_rate", "refusal_share", "refusals", "rows", "attempts", "withdrawn_share", "pending", "excluded"),
    *("amount_requested", "amount_refused", "approval_rate"),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    calendar = draw(st.sampled_from(("day", "week", "weekday", None)))
    others = draw(st.lists(st.sampled_from((*OF_ATTEMPTS[3:], *OF_REFUSALS)), unique=True, max_size=2))
    names = draw(st.lists(st.sampled_from(tuple(VALUES)), unique=True, max_size=3))
    kept = {
        name: Selection(tuple(draw(st.sets(st.sampled_from(VALUES[name]), max_size=2))), draw(st.booleans()))
        for name in names
    }
    since, days = draw(st.none() | st.integers(0, DAYS - 1)), draw(st.integers(0, DAYS - 1))
    return Question(
        metrics=tuple(draw(st.sets(st.sampled_from(METRICS), min_size=1, max_size=4))),
        by=tuple(draw(st.permutations([name for name in (calendar, *others) if name]))),
        where=kept,
        since=None if since is None else MONDAY + timedelta(days=since),
        until=None if since is None else MONDAY + timedelta(days=min(since + days, DAYS - 1)),
        attribution=draw(st.sampled_from(Attribution)),
    )


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """A log with every value in it, some hundred lines."""
    dice = np.random.default_rng(34)
    regions, channels, codes = VALUES["region"], VALUES["channel"], (*(code for code in MEANS if code[1].isdigit()), "")
    return [
        Row(
            outcome=str(dice.choice(ALL, p=(0.4, 0.4, 0.1, 0.05, 0.05))),
            day=int(dice.integers(DAYS)),
            hour=int(dice.integers(24)),
            region=str(dice.choice(regions)).replace("unknown", ""),
            channel=str(dice.choice(channels)).replace("unknown", ""),
            slots=tuple(str(code) for code in dice.choice(codes, size=dice.integers(4))),
            cents=None if dice.random() < 0.2 else int(dice.integers(1_000_000)),
            times=int(dice.integers(1, 5)),
        )
        for _ in range(300)
    ]


@pytest.fixture(scope="module")
def snapshot(rows: list[Row], publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(drawing(rows))


@given(question=questions())
@settings(max_examples=60, deadline=None)
def test_any_answer_is_what_a_recount_of_the_rows_finds(
    rows: list[Row], snapshot: Snapshot, question: Question
) -> None:
    assert disagreements(rows, snapshot, question) == []


# ------------------------------------------------------------------------------------------- any log


def _sums(snapshot: Snapshot, metrics: str, by: str = "", **options: Any) -> dict[Any, Any]:
    names = tuple(by.split())
    frame = ask(snapshot, Question((metrics,), names, **options))
    return dict(zip(frame[names[0]], frame[metrics], strict=True)) if names else {"": frame[metrics].item()}


def _attempts_are_the_sum_of_their_outcomes(snapshot: Snapshot) -> None:
    assert snapshot.reconciliation().closes
    assert sum(_sums(snapshot, "attempts", "outcome").values()) == _sums(snapshot, "attempts")[""]


def _primary_and_fractional_rates_add_up_to_the_whole(snapshot: Snapshot) -> None:
    whole = ask(snapshot, Question(("refusal_rate",)))
    for attribution in (attribution for attribution in Attribution if attribution.adds_up):
        for by in OF_REFUSALS:
            parts = ask(snapshot, Question(("refusal_rate",), (by,), attribution=attribution))
            assert parts["refusals"].sum() == pytest.approx(whole["refusals"].item(), rel=1e-12)
            if whole["refusals"].item():
                assert parts["refusal_rate"].sum() == pytest.approx(whole["refusal_rate"].item(), rel=1e-12)


def _any_is_at_least_primary_and_at_least_sole(snapshot: Snapshot) -> None:
    for by in OF_REFUSALS:
        counts = {kind: _sums(snapshot, "refusals", by, attribution=kind) for kind in Attribution}
        for name, most in counts[Attribution.ANY].items():
            assert all(counts[kind].get(name, 0) <= most for kind in Attribution), (by, name)


def _a_cause_filter_leaves_decided_alone(snapshot: Snapshot) -> None:
    decided = _sums(snapshot, "decided", "region")
    for kept in (Selection(("overload",)), Selection(("unspecified",), is_except=True)):
        assert _sums(snapshot, "decided", "region", where={"cause": kept}) == decided


def _no_row_vanishes(snapshot: Snapshot, rows: list[Row]) -> None:
    whole = sum(row.times for row in rows)
    for by in ("day", "hour", "weekday", "region", "macro_region", "channel", "outcome"):
        assert sum(_sums(snapshot, "rows", by).values()) == whole, by
    refused = sum(row.times for row in rows if row.outcome == "refused")
    halves = [{"layer": Selection(("unknown",), is_except)} for is_except in (False, True)]
    assert sum(_sums(snapshot, "refusals", where=half)[""] for half in halves) == refused


CARRIED = Row("approved", 0, 9, "CN-GD", "app", (), 100, 1)  # in every log: each one carries regions and channels


@given(log=st.lists(ROWS, max_size=40).map(lambda rows: [CARRIED, *rows]))
@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink))
def test_the_laws_hold_for_any_log(publish_once: Callable[..., Snapshot], log: list[Row]) -> None:
    snapshot = publish_once(drawing(log))
    _attempts_are_the_sum_of_their_outcomes(snapshot)
    _primary_and_fractional_rates_add_up_to_the_whole(snapshot)
    _any_is_at_least_primary_and_at_least_sole(snapshot)
    _a_cause_filter_leaves_decided_alone(snapshot)
    _no_row_vanishes(snapshot, log)
    for attribution in Attribution:
        by_cause = Question(("refusal_rate", "amount_refused"), ("region", "cause"), attribution=attribution)
        assert disagreements(log, snapshot, by_cause) == []
