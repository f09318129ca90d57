"""A log counted with pencil and paper: drawn rows, and what any question about them must answer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

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


def drawing(rows: Iterable[Row]) -> str:
    return "\n".join((HEADER, *(row.line for row in rows)))


def meaning(code: str, dimension: str) -> str:
    return code if dimension == "reason" else MEANS[code][OF_REFUSALS.index(dimension)]


def keeps(kept: Selection, value: Any) -> bool:
    return (value in kept.values) is not kept.is_except


def _is_kept(row: Row, question: Question) -> bool:
    filters = [(name, kept) for name, kept in question.where.items() if name in OF_ATTEMPTS]
    is_within = (question.since or row.date) <= row.date <= (question.until or row.date)
    return is_within and all(keeps(kept, str(row.value(name))) for name, kept in filters)


def _chosen(question: Question, by: tuple[str, ...]) -> dict[tuple[str, ...], set[str]]:
    """The codes that the filters keep, in the groups of layer, cause or reason that they lie in."""
    filters = [(name, kept) for name, kept in question.where.items() if name in OF_REFUSALS]
    groups: dict[tuple[str, ...], set[str]] = {}
    for code in MEANS:
        if all(keeps(kept, meaning(code, name)) for name, kept in filters):
            groups.setdefault(tuple(meaning(code, name) for name in by), set()).add(code)
    return groups


def _recount(rows: Iterable[Row], question: Question) -> Counter[tuple[Any, ...]]:
    """What a reader with a pencil finds: (attempt groups, refusal groups, measure) → sum."""
    found: Counter[tuple[Any, ...]] = Counter()
    by_attempt = [name for name in question.by if name in OF_ATTEMPTS]
    groups = _chosen(question, tuple(name for name in question.by if name in OF_REFUSALS))
    for row in (row for row in rows if _is_kept(row, question)):
        key = tuple(row.value(name) for name in by_attempt)
        money = Fraction(row.cents or 0, 100) * row.times
        known = row.times * (row.cents is not None)
        for measure, outcomes in COUNTED.items():
            found[key, (), measure] += row.times * (row.outcome in outcomes)
        found[key, (), "amount_requested"] += money * (row.outcome in ATTEMPTS)
        found[key, (), "amount_requested", "known"] += known * (row.outcome in ATTEMPTS)
        for group, codes in groups.items() if row.outcome == "refused" else ():
            credit = row.credit(codes, question.attribution)
            found[key, group, "refusals"] += credit * row.times
            found[key, group, "amount_refused"] += credit * money
            found[key, group, "amount_refused", "known"] += credit * known
    return found


COUNT_OF = {"amount_requested": "attempts", "amount_refused": "refusals"}


def _agrees(answered: float, expected: Counter[tuple[Any, ...]], cell: tuple[Any, ...]) -> bool:
    """Equal; or missing, where there are attempts and nobody knows the amount of any."""
    key, group, measure = cell
    if measure in COUNT_OF and expected[key, group, COUNT_OF[measure]] and not expected[*cell, "known"]:
        return answered != answered
    return answered == float(expected[cell])


def disagreements(rows: Iterable[Row], snapshot: Snapshot, question: Question) -> list[Any]:
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
            cell = (key, group if measure in ("refusals", "amount_refused") else (), measure)
            if not _agrees(answer[measure], expected, cell):
                wrong.append((*cell, answer[measure], expected[cell]))
    there = {cell[:2] for cell, sum_ in expected.items() if sum_ and cell[2:] == ("refusals",)}
    return wrong + sorted(map(str, there - seen))


def contributors(rows: Iterable[Row], question: Question) -> tuple[int, float]:
    """How many rows stand behind the one number asked, and what they count as."""
    [measure] = question.measures
    outcomes = COUNTED.get(measure.id, ("refused",))
    [codes] = _chosen(question, ()).values() or [set()]
    credits = [
        (row.times, row.credit(codes, question.attribution) if measure.id == "refusals" else Fraction(1))
        for row in rows
        if _is_kept(row, question) and row.outcome in outcomes
    ]
    return sum(times for times, credit in credits if credit), float(sum(times * credit for times, credit in credits))
