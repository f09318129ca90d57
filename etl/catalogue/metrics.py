"""Every number of the product, once: measures add up, a metric is a measure or one measure over another."""

from dataclasses import dataclass
from enum import StrEnum

from etl.catalogue.dimensions import Scope
from etl.errors import UnknownName
from etl.words import Words


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    RATE = "rate"


@dataclass(frozen=True)
class Measure:
    """A sum over attempts of the given outcomes. `of` names the rollup column that is summed."""

    id: str
    outcomes: tuple[str, ...]
    of: str = "attempts"
    scope: Scope = Scope.ATTEMPT

    @property
    def unit(self) -> Unit:
        return Unit.MONEY if self.of == "amount_cents" else Unit.COUNT


_DECIDED = ("approved", "refused")
_ATTEMPTS = ("approved", "refused", "withdrawn", "pending")
_ALL = (*_ATTEMPTS, "excluded")

MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("rows", _ALL),
        Measure("attempts", _ATTEMPTS),
        Measure("decided", _DECIDED),
        Measure("approved", ("approved",)),
        Measure("withdrawn", ("withdrawn",)),
        Measure("pending", ("pending",)),
        Measure("excluded", ("excluded",)),
        Measure("closed", (*_DECIDED, "withdrawn")),
        Measure("decided_or_pending", (*_DECIDED, "pending")),
        Measure("refused_or_pending", ("refused", "pending")),
        Measure("all_refusals", ("refused",)),
        Measure("all_amount_refused", ("refused",), of="amount_cents"),
        Measure("refusals", ("refused",), scope=Scope.REFUSAL),
        Measure("amount_requested", _ATTEMPTS, of="amount_cents"),
        Measure("amounts_known", _ATTEMPTS, of="amounts_known"),
        Measure("amount_refused", ("refused",), of="amount_cents", scope=Scope.REFUSAL),
        Measure("refused_amounts_known", ("refused",), of="amounts_known", scope=Scope.REFUSAL),
    )
}


@dataclass(frozen=True)
class Metric:
    """A measure, or a ratio of two measures that is divided in `etl.query` and nowhere else."""

    id: str
    words: Words
    definition: Words
    numerator: str
    denominator: str | None = None

    def __post_init__(self) -> None:
        for measure in self.measures:
            if measure not in MEASURES:
                raise UnknownName("measure", measure, MEASURES)

    @property
    def measures(self) -> tuple[str, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def unit(self) -> Unit:
        return Unit.RATE if self.denominator else MEASURES[self.numerator].unit

    @property
    def scope(self) -> Scope:
        return MEASURES[self.numerator].scope


def _sum(id: str, en: str, zh: str, means: str, zh_means: str) -> Metric:
    return Metric(id, Words(en=en, zh=zh), Words(en=means, zh=zh_means), id)


def _ratio(id: str, over: tuple[str, str], words: Words, definition: Words) -> Metric:
    return Metric(id, words, definition, *over)


METRICS: dict[str, Metric] = {
    metric.id: metric
    for metric in (
        _sum(
            "rows",
            "Rows",
            "行数",
            "Every row of the log, those that are no attempt to borrow included.",
            "日志中的全部行，包括并非借款尝试的行。",
        ),
        _sum(
            "attempts",
            "Attempts",
            "借款尝试",
            "Requests to borrow: approved, refused, withdrawn and pending; excluded rows are left out.",
            "借款请求：通过、拒绝、撤回与待定之和；不含排除的行。",
        ),
        _sum(
            "decided",
            "Decided",
            "已决",
            "Approved plus refused: the default denominator.",
            "通过与拒绝之和，即默认分母。",
        ),
        _sum("approved", "Approved", "通过", "Attempts that were approved.", "获得通过的尝试。"),
        _sum(
            "refusals",
            "Refusals",
            "拒绝",
            "Refused attempts; under a cause filter, those credited to the chosen causes by the attribution.",
            "被拒绝的尝试；按原因筛选时，仅计按归因方式归于所选原因的部分。",
        ),
        _sum(
            "withdrawn",
            "Withdrawn",
            "撤回",
            "Attempts that the applicant left before a decision.",
            "申请人在决定前离开的尝试。",
        ),
        _sum("pending", "Pending", "待定", "Attempts not decided yet.", "尚未决定的尝试。"),
        _sum(
            "excluded",
            "Excluded",
            "排除",
            "Rows that are no attempt to borrow; they are in no rate.",
            "并非借款尝试的行，不计入任何比率。",
        ),
        _sum(
            "amount_requested",
            "Amount requested",
            "申请金额",
            "Money asked for in all attempts whose amount is known.",
            "金额已知的全部尝试所申请的金额。",
        ),
        _sum(
            "amount_refused",
            "Amount refused",
            "被拒金额",
            "Money asked for in the refused attempts whose amount is known.",
            "金额已知的被拒尝试所申请的金额。",
        ),
        _ratio(
            "refusal_rate",
            ("refusals", "decided"),
            Words(en="Refusal rate", zh="拒绝率"),
            Words(
                en="Refusals ÷ decided (approved + refused). A cause filter narrows the refusals only.",
                zh="拒绝 ÷ 已决（通过 + 拒绝）。按原因筛选只缩小分子。",
            ),
        ),
        _ratio(
            "refusal_rate_at_least",
            ("all_refusals", "decided_or_pending"),
            Words(en="Refusal rate at least", zh="拒绝率下限"),
            Words(
                en="All refusals ÷ (decided + pending): the rate if no pending attempt were refused.",
                zh="全部拒绝 ÷（已决 + 待定）：假设待定无一被拒。",
            ),
        ),
        _ratio(
            "refusal_rate_at_most",
            ("refused_or_pending", "decided_or_pending"),
            Words(en="Refusal rate at most", zh="拒绝率上限"),
            Words(
                en="(All refusals + pending) ÷ (decided + pending): the rate if every pending attempt were refused.",
                zh="（全部拒绝 + 待定）÷（已决 + 待定）：假设待定全部被拒。",
            ),
        ),
        _ratio(
            "refusals_per_attempt",
            ("refusals", "attempts"),
            Words(en="Refusals per attempt", zh="拒绝占全部尝试"),
            Words(
                en="Refusals ÷ all attempts, the withdrawn and pending ones included.",
                zh="拒绝 ÷ 全部尝试（含撤回与待定）。",
            ),
        ),
        _ratio(
            "refusals_per_closed",
            ("refusals", "closed"),
            Words(en="Refusals per closed attempt", zh="拒绝占已结"),
            Words(
                en="Refusals ÷ closed attempts (approved + refused + withdrawn): all but those still pending.",
                zh="拒绝 ÷ 已结（通过 + 拒绝 + 撤回），即除待定外的全部尝试。",
            ),
        ),
        _ratio(
            "refusal_share",
            ("refusals", "all_refusals"),
            Words(en="Share of refusals", zh="占全部拒绝"),
            Words(
                en="Refusals of the chosen causes ÷ all refusals under the other filters.",
                zh="所选原因的拒绝 ÷ 其余筛选条件下的全部拒绝。",
            ),
        ),
        _ratio(
            "approval_rate",
            ("approved", "decided"),
            Words(en="Approval rate", zh="通过率"),
            Words(en="Approved ÷ decided (approved + refused).", zh="通过 ÷ 已决（通过 + 拒绝）。"),
        ),
        _ratio(
            "withdrawn_share",
            ("withdrawn", "attempts"),
            Words(en="Withdrawn share", zh="撤回占比"),
            Words(en="Withdrawn ÷ attempts.", zh="撤回 ÷ 全部尝试。"),
        ),
        _ratio(
            "pending_share",
            ("pending", "attempts"),
            Words(en="Pending share", zh="待定占比"),
            Words(en="Pending ÷ attempts.", zh="待定 ÷ 全部尝试。"),
        ),
    )
}


def metric(name: str) -> Metric:
    """The metric called `name`; `UnknownName` with the nearest ones otherwise."""
    if name not in METRICS:
        raise UnknownName("metric", name, METRICS)
    return METRICS[name]


SIDES = ("_before", "_rest", "_low", "_high", "_change")
"""Ends of columns beside a number's own: the period compared with, the ends of an interval, the difference."""
SHARES = ("change", "difference", "share_with", "share_alone")
"""Columns that are no metric and yet a share."""


def unit_of(column: str) -> Unit:
    """What a column of an answer is measured in, whichever side of its number it holds; a count where it is neither."""
    for side in SIDES:
        column = column.removesuffix(side)
    if column in SHARES:
        return Unit.RATE
    if column in METRICS:
        return METRICS[column].unit
    return MEASURES[column].unit if column in MEASURES else Unit.COUNT
