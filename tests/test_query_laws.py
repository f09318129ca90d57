"""Laws that hold for any log and any question, against a recount of the drawn rows that knows nothing of etl."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot

MEANS = {
    "U101": ("user", "credit_score"),
    "U102": ("user", "credit_score"),
    "U201": ("user", "behaviour"),
    "P301": ("platform", "overload"),
    "T101": ("technical", "network"),
    "Z999": ("unknown", "unmapped"),
    "unspecified": ("unknown", "unspecified"),
}
LIES_IN = {"CN-GD": "CN-south", "CN-SH": "CN-east"}
DECIDED = ("approved", "refused")
ATTEMPTS = (*DECIDED, "withdrawn", "pending")
ALL = (*ATTEMPTS, "excluded")
COUNTED = {"rows": ALL, "attempts": ATTEMPTS, "decided": DECIDED, "all_refusals": ("refused",)} | {
    outcome: (outcome,) for outcome in ALL if outcome != "refused"
}
MONDAY, DAYS = date(2026, 10, 5), 10
OF_ATTEMPTS = ("day", "week", "weekday", "hour", "outcome", "region", "macro_region", "channel")
OF_REFUSALS = ("layer", "cause", "reason")
HEADER = "at|outcome|region|channel|reasons|amount|currency|times"


@dataclass(frozen=True)
class Row:
    """One drawn line of a log; `times` of it happened."""

    outcome: str
    day: int
    hour: int
    region: str
    channel: str
    slots: tuple[str, ...]
    cents: int | None
    times: int

    @property
    def date(self) -> date:
        return MONDAY + timedelta(days=self.day)

    @property
    def line(self) -> str:
        amount = "" if self.cents is None else f"{self.cents // 100}.{self.cents % 100:02}"
        reasons, at = " ".join(slot or "_" for slot in self.slots), f"{self.date} {self.hour:02}:59"
        return f"{at}|{self.outcome}|{self.region}|{self.channel}|{reasons}|{amount}|CNY|{self.times}"

    def value(self, dimension: str) -> Any:
        return {
            "day": self.date,
            "week": self.date - timedelta(days=self.date.weekday()),
            "weekday": self.date.isoweekday(),
            "hour": self.hour,
            "outcome": self.outcome,
            "region": self.region or "unknown",
            "macro_region": LIES_IN.get(self.region, "unknown"),
            "channel": self.channel or "unknown",
        }[dimension]

    def credit(self, chosen: set[str], attribution: Attribution) -> Fraction:
        """How much of one such refusal belongs to the chosen codes."""
        listed = {slot for slot in self.slots if slot} or {"unspecified"}
        primary = self.slots[0] if self.slots and self.slots[0] else "unspecified"
        return {
            Attribution.PRIMARY: Fraction(primary in chosen),
            Attribution.ANY: Fraction(bool((listed | {primary}) & chosen)),
            Attribution.FRACTIONAL: Fraction(len(listed & chosen), len(listed)),
            Attribution.SOLE: Fraction(listed <= chosen),
        }[attribution]


ROWS = st.builds(
    Row,
    outcome=st.sampled_from((*ALL, "refused", "refused")),
    day=st.integers(0, DAYS - 1),
    hour=st.integers(0, 23),
    region=st.sampled_from(("CN-GD", "CN-SH", "XX-9", "")),
    channel=st.sampled_from(("app", "web", "")),
    slots=st.lists(st.sampled_from(("U101", "U102", "U201", "P301", "T101", "Z999", "")), max_size=4).map(tuple),
    cents=st.none() | st.integers(0, 9_999_999),
    times=st.integers(1, 12),
)


def _drawing(rows: Iterable[Row]) -> str:
    return "\n".join((HEADER, *(row.line for row in rows)))


# ------------------------------------------------------------------------------------------- the recount


def _meaning(code: str, dimension: str) -> str:
    return code if dimension == "reason" else MEANS[code][OF_REFUSALS.index(dimension)]


def _keeps(kept: Selection, value: Any) -> bool:
    return (value in kept.values) is not kept.is_except


def _is_kept(row: Row, question: Question) -> bool:
    filters = [(name, kept) for name, kept in question.where.items() if name in OF_ATTEMPTS]
    is_within = (question.since or row.date) <= row.date <= (question.until or row.date)
    return is_within and all(_keeps(kept, row.value(name)) for name, kept in filters)


def _chosen(question: Question, by: tuple[str, ...]) -> dict[tuple[str, ...], set[str]]:
    """The codes that the filters keep, in the groups of layer, cause or reason that they lie in."""
    filters = [(name, kept) for name, kept in question.where.items() if name in OF_REFUSALS]
    groups: dict[tuple[str, ...], set[str]] = {}
    for code in MEANS:
        if all(_keeps(kept, _meaning(code, name)) for name, kept in filters):
            groups.setdefault(tuple(_meaning(code, name) for name in by), set()).add(code)
    return groups


def _recount(rows: Iterable[Row], question: Question) -> Counter[tuple[Any, ...]]:
    """What a reader with a pencil finds: (attempt groups, refusal groups, measure) → sum."""
    found: Counter[tuple[Any, ...]] = Counter()
    by_attempt = [name for name in question.by if name in OF_ATTEMPTS]
    groups = _chosen(question, tuple(name for name in question.by if name in OF_REFUSALS))
    for row in (row for row in rows if _is_kept(row, question)):
        key = tuple(row.value(name) for name in by_attempt)
        money = Fraction(row.cents or 0, 100) * row.times
        for measure, outcomes in COUNTED.items():
            found[key, (), measure] += row.times * (row.outcome in outcomes)
        found[key, (), "amount_requested"] += money * (row.outcome in ATTEMPTS)
        for group, codes in groups.items() if row.outcome == "refused" else ():
            credit = row.credit(codes, question.attribution)
            found[key, group, "refusals"] += credit * row.times
            found[key, group, "amount_refused"] += credit * money
    return found


def _disagreements(rows: Iterable[Row], snapshot: Snapshot, question: Question) -> list[Any]:
    """Cells of the answer that differ from the recount, and refusals of the recount that the answer lacks."""
    expected = _recount(rows, question)
    asked = [measure.id for measure in question.measures]
    by_attempt = [name for name in question.by if name in OF_ATTEMPTS]
    by_refusal = [name for name in question.by if name in OF_REFUSALS]
    wrong, seen = [], set()
    for answer in ask(snapshot, question).to_dict("records"):
        values = (answer[name] for name in by_attempt)
        key = tuple(value.date() if isinstance(value, datetime) else value for value in values)
        group = tuple(answer[name] for name in by_refusal)
        seen.add((key, group))
        for measure in asked:
            wanted = expected[key, group if measure in ("refusals", "amount_refused") else (), measure]
            if answer[measure] != float(wanted):
                wrong.append((key, group, measure, answer[measure], wanted))
    there = {(key, group) for (key, group, measure), sum_ in expected.items() if sum_ and measure == "refusals"}
    return wrong + sorted(map(str, there - seen))


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
    return publish_once(_drawing(rows))


@given(question=questions())
@settings(max_examples=120, deadline=None)
def test_any_answer_is_what_a_recount_of_the_rows_finds(
    rows: list[Row], snapshot: Snapshot, question: Question
) -> None:
    assert _disagreements(rows, snapshot, question) == []


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
    snapshot = publish_once(_drawing(log))
    _attempts_are_the_sum_of_their_outcomes(snapshot)
    _primary_and_fractional_rates_add_up_to_the_whole(snapshot)
    _any_is_at_least_primary_and_at_least_sole(snapshot)
    _a_cause_filter_leaves_decided_alone(snapshot)
    _no_row_vanishes(snapshot, log)
    for attribution in Attribution:
        by_cause = Question(("refusal_rate", "amount_refused"), ("region", "cause"), attribution=attribution)
        assert _disagreements(log, snapshot, by_cause) == []
