"""What numbers can be split and filtered by, and whether a split touches attempts or only refusals."""

from dataclasses import dataclass
from enum import StrEnum

from etl.errors import UnknownName
from etl.words import Words


class Scope(StrEnum):
    ATTEMPT = "attempt"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class Dimension:
    """A way to split; `table` is the small table that gives it from a rollup's column, or the rollup itself."""

    id: str
    words: Words
    scope: Scope = Scope.ATTEMPT
    table: str = "rollup"

    @property
    def is_time(self) -> bool:
        return self.table == "calendar" or self.id in {"day", "hour"}

    @property
    def stored_as(self) -> str:
        """The rollup column that must be there before this dimension can be answered."""
        return {"calendar": "day", "regions": "region", "members": "reason_set_id"}.get(self.table, self.id)


def _refusal(id: str, en: str, zh: str) -> Dimension:
    return Dimension(id, Words(en=en, zh=zh), Scope.REFUSAL, "members")


def _calendar(id: str, en: str, zh: str) -> Dimension:
    return Dimension(id, Words(en=en, zh=zh), table="calendar")


def _attempt(id: str, en: str, zh: str) -> Dimension:
    return Dimension(id, Words(en=en, zh=zh))


DIMENSIONS: dict[str, Dimension] = {
    dimension.id: dimension
    for dimension in (
        _attempt("day", "Day", "日"),
        _calendar("week", "Week", "周"),
        _calendar("month", "Month", "月"),
        _calendar("quarter", "Quarter", "季度"),
        _calendar("year", "Year", "年"),
        _calendar("weekday", "Weekday", "星期"),
        _attempt("hour", "Hour", "小时"),
        Dimension("macro_region", Words(en="Macro-region", zh="大区"), table="regions"),
        _attempt("region", "Region", "地区"),
        _attempt("city", "City", "城市"),
        _attempt("channel", "Channel", "渠道"),
        _attempt("product", "Product", "产品"),
        _attempt("app_version", "App version", "应用版本"),
        _attempt("os", "Operating system", "操作系统"),
        _attempt("release_ring", "Release ring", "发布批次"),
        _attempt("partner", "Funding partner", "资金方"),
        _attempt("policy_version", "Policy version", "政策版本"),
        _attempt("stage", "Stage", "阶段"),
        _attempt("scheme", "Code list", "代码表"),
        _attempt("evaluation", "Gates judged", "评估方式"),
        _attempt("currency", "Currency", "币种"),
        _attempt("outcome", "Outcome", "结果"),
        _refusal("layer", "Layer", "层面"),
        _refusal("cause", "Cause", "原因"),
        _refusal("reason", "Reason", "拒因"),
    )
}

TIME_BUCKETS = ("day", "week", "month", "quarter", "year")
"""Dimensions whose values are dates, the first day of the bucket."""


def dimension(name: str) -> Dimension:
    """The dimension called `name`; `UnknownName` with the nearest ones otherwise."""
    if name not in DIMENSIONS:
        raise UnknownName("dimension", name, DIMENSIONS)
    return DIMENSIONS[name]


WITH = "_with"
"""Ends a column that holds codes of a dimension beside its own."""


def coded(column: str) -> str | None:
    """The dimension whose codes a column of an answer holds, None where it holds numbers."""
    name = column.removesuffix(WITH)
    return name if name in DIMENSIONS else None
