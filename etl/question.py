"""What can be asked: metrics by dimensions, under filters, in a period, by one of four attributions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from etl.catalogue.dimensions import DIMENSIONS, Dimension, Scope, dimension
from etl.catalogue.metrics import MEASURES, METRICS, Measure, Metric, metric
from etl.errors import InvalidValue


class Attribution(StrEnum):
    """How a refusal with several reasons is counted (DESIGN: words)."""

    PRIMARY = "primary"
    ANY = "any"
    FRACTIONAL = "fractional"
    SOLE = "sole"

    @property
    def adds_up(self) -> bool:
        """Whether the parts of a split add up to the whole."""
        return self in {Attribution.PRIMARY, Attribution.FRACTIONAL}


@dataclass(frozen=True)
class Selection:
    """Values that a filter keeps, or with `is_except` leaves out, so that new values stay visible."""

    values: tuple[str, ...]
    is_except: bool = False

    def keeps(self, value: str) -> bool:
        return (value in self.values) != self.is_except


@dataclass(frozen=True)
class Question:
    """What is asked: metrics by dimensions, under filters, between two days (both included)."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: Mapping[str, Selection] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    attribution: Attribution = Attribution.PRIMARY

    def __post_init__(self) -> None:
        if not self.metrics:
            raise InvalidValue("a question needs at least one metric")
        if self.since and self.until and self.since > self.until:
            raise InvalidValue(f"the period starts on {self.since} after its end {self.until}; swap the dates")
        for name in self.metrics:
            metric(name)
        for name in (*self.by, *self.where):
            dimension(name)

    @property
    def asked_metrics(self) -> tuple[Metric, ...]:
        return tuple(METRICS[name] for name in self.metrics)

    @property
    def measures(self) -> tuple[Measure, ...]:
        names = [name for asked in self.asked_metrics for name in asked.measures]
        return tuple(MEASURES[name] for name in dict.fromkeys(names))

    def groups(self, scope: Scope) -> tuple[Dimension, ...]:
        return tuple(DIMENSIONS[name] for name in self.by if DIMENSIONS[name].scope == scope)

    def filters(self, scope: Scope) -> dict[Dimension, Selection]:
        return {DIMENSIONS[name]: kept for name, kept in self.where.items() if DIMENSIONS[name].scope == scope}

    @property
    def rollup_columns(self) -> set[str]:
        """The rollup columns that the attempt side of the question needs."""
        used = {*self.groups(Scope.ATTEMPT), *self.filters(Scope.ATTEMPT)}
        return {"day"} | {dimension.stored_as for dimension in used}
