"""What a chart needs beside its frame: what values are called, their colours, which are chosen, the days shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

import pandas as pd
from babel.dates import get_day_names

from dashboard import colours, formats
from etl.catalogue.dimensions import DIMENSIONS, TIME_BUCKETS
from etl.catalogue.metrics import METRICS, Unit
from etl.intervals import MINIMUM_N
from etl.words import Language, Words

WEEK_OF = Words(en="Week of {day}", zh="{day}起的一周")
MEASURES = {
    "all_refusals": Words(en="all refusals", zh="全部拒绝"),
    "decided": Words(en="decided", zh="已决"),
    "attempts": Words(en="attempts", zh="借款尝试"),
    "closed": Words(en="closed attempts", zh="已结尝试"),
}
"""Denominators, as they stand in "n of m decided"."""
_AXES = {
    "decided": Words(en="{metric}, % of decided", zh="{metric}（占已决 %）"),
    "attempts": Words(en="{metric}, % of attempts", zh="{metric}（占尝试 %）"),
    "closed": Words(en="{metric}, % of closed attempts", zh="{metric}（占已结 %）"),
    "all_refusals": Words(en="{metric}, %", zh="{metric}（%）"),
}
_COUNT_AXIS = Words(en="{metric}, number", zh="{metric}（次）")
_MONEY_AXIS = Words(en="{metric}, {currency}", zh="{metric}（{currency}）")
FEW = Words(en="fewer than {n} {cases}: too few to judge", zh="{cases}不足 {n}，样本过少")
_CASES = {**MEASURES, "all_refusals": Words(en="refusals", zh="拒绝")}
_OF = Words(en="{numerator} of {denominator} {name}", zh="{name} {denominator} 中的 {numerator}")


def by_itself(dimension: str, value: str) -> str:
    return value


def everything(dimension: str, value: str) -> bool:
    return True


@dataclass(frozen=True)
class Marks:
    """`since` and `until` are the days asked for, `as_of` the moment up to which the log is complete."""

    language: Language = Language.EN
    named: Callable[[str, str], str] = by_itself
    is_chosen: Callable[[str, str], bool] = everything
    filtered: frozenset[str] = frozenset()
    cause_of: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    as_of: datetime | None = None
    time_grain: str = "instant"
    """Of the log: how exactly it says when."""
    currency: str | None = None
    adds_up: bool = True
    is_dark: bool = False

    def words(self, words: Words, **values: object) -> str:
        return words(self.language, **values)

    def label(self, dimension: str, value: object) -> str:
        """What a value is called: names from the log and the catalogue, times by the calendar."""
        if dimension == "week":
            return self.words(WEEK_OF, day=formats.bucket(_day(value), "week", self.language))
        if dimension in TIME_BUCKETS:
            return formats.bucket(_day(value), dimension, self.language)
        if dimension == "hour":
            return f"{int(str(value)):02d}:00"
        if dimension == "weekday":
            return weekdays(self.language)[int(str(value)) - 1]
        return self.named(dimension, str(value))

    def colour(self, dimension: str, value: str) -> str:
        if dimension == "layer":
            return colours.of_layer(value)
        if dimension == "cause":
            return colours.of_cause(value)
        if dimension == "reason":
            return colours.of_cause(self.cause_of.get(value, "unmapped"))
        return colours.ACCENT

    def axis(self, metric: str) -> str:
        """The title of an axis that shows a metric, with its unit."""
        asked = METRICS[metric]
        name = asked.words(self.language)
        if asked.denominator:
            return self.words(_AXES[asked.denominator], metric=name)
        if asked.unit is Unit.MONEY:
            return self.words(_MONEY_AXIS, metric=name, currency=self.currency or "–")
        return self.words(_COUNT_AXIS, metric=name)

    def fraction(self, metric: str, numerator: str, denominator: str) -> str:
        """`330,656 of 1,151,509 decided`; the two may be places in a hover template."""
        name = self.words(MEASURES[str(METRICS[metric].denominator)])
        return self.words(_OF, numerator=numerator, denominator=denominator, name=name)

    def denominator(self, metric: str) -> str:
        """What the cases of a rate are called: `decided`."""
        return self.words(_CASES[str(METRICS[metric].denominator)])

    def few(self, metric: str) -> str:
        """What is said of a rate that stands on too few cases."""
        return self.words(FEW, n=MINIMUM_N, cases=self.denominator(metric))

    def dimension(self, dimension: str) -> str:
        return DIMENSIONS[dimension].words(self.language)


@cache
def weekdays(language: Language) -> list[str]:
    """Monday to Sunday."""
    names = get_day_names("abbreviated", locale=formats.locale(language))
    return [names[day] for day in range(7)]


def is_rate(metric: str) -> bool:
    return METRICS[metric].unit is Unit.RATE


def tick_format(metric: str) -> str:
    return ".3~p" if is_rate(metric) else ",~f"


def _day(value: object) -> date:
    return pd.Timestamp(str(value)).date()
