"""The only composer of questions: a `Question` becomes SQL over the smallest rollup, and a frame comes back.

Identifiers come from the catalogue alone; every value is bound. The one place that divides is `phrases.ratio`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from etl.catalogue.dimensions import DIMENSIONS, Dimension, Scope, dimension
from etl.catalogue.metrics import MEASURES, METRICS, Measure, Metric, Unit, metric
from etl.errors import InvalidValue
from etl.phrases import credited, left_join, listed, names_of, ratio, source, summed
from etl.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd


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


def ask(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The answer, one row per combination of `question.by`, ordered by it.

    Columns: the dimensions asked (codes; buckets of time as dates; `hour` 0–23, `weekday` 1 = Monday), then for each
    metric its measures and, for a ratio, the ratio under the metric's own name (NaN where the denominator is 0).
    Amounts are in currency units. Groups without such a refusal show 0; buckets of time are complete.
    Raises `UnknownName` for values that the snapshot never saw and `InvalidValue` for time finer than the log's.
    """
    _check(snapshot, question)
    composed = _Composed(snapshot, question)
    return snapshot.frame(composed.statement(), composed.values)


def ask_sets(
    snapshot: Snapshot, question: Question, level: str, counted: str, share: tuple[str, str, str]
) -> pd.DataFrame:
    """What a model counts over two relations, ordered as counted, with a share: its name, numerator and denominator.

    `refused`: per reason set the refusals under the question's filters and period; under a filter of refusal scope
    those that carry something it keeps. `carried`: per reason set each cause (or other `level` of refusal scope) that
    its refusals carry, and whether it is the only one.
    """
    _check(snapshot, question)
    composed = _Composed(snapshot, replace(question, by=(), attribution=Attribution.ANY))
    return snapshot.frame(composed.over_sets(dimension(level), counted, share), composed.values)


def _check(snapshot: Snapshot, question: Question) -> None:
    for name in question.by:
        if not snapshot.has(name):
            raise InvalidValue(f"this log does not carry {name!r}; it carries {', '.join(snapshot.dimensions)}")
    for name, kept in question.where.items():
        for value in kept.values:
            snapshot.check_value(name, value)
    _check_currency(snapshot, question)


def _check_currency(snapshot: Snapshot, question: Question) -> None:
    is_money = any(measure.unit is Unit.MONEY for measure in question.measures)
    kept = question.where.get("currency")
    currencies = [name for name in snapshot.info.currencies if kept is None or kept.keeps(name)]
    if is_money and len(currencies) > 1 and "currency" not in question.by:
        raise InvalidValue(
            f"money never adds across currencies ({', '.join(currencies)}); add `--by currency` or `--where currency=…`"
        )


class _Composed:
    """The SQL of one question from catalogue identifiers, and the values bound to it in the order of the text."""

    def __init__(self, snapshot: Snapshot, question: Question) -> None:
        self.question = question
        self.snapshot = snapshot
        self.values: list[Any] = []
        self.rollup = snapshot.smallest_rollup(question.rollup_columns)
        self.attempt_groups = names_of(question.groups(Scope.ATTEMPT))
        self.refusal_groups = names_of(question.groups(Scope.REFUSAL))
        self.is_credited = bool(self.refusal_groups or question.filters(Scope.REFUSAL))

    def statement(self) -> str:
        steps = [f"of_attempts as ({self._of_attempts()})"]
        if self.is_credited:
            steps.append(f"of_refusals as ({self._of_refusals()})")
        return f"with {', '.join(steps)} {self._answer()}"

    def over_sets(self, level: Dimension, counted: str, share: tuple[str, str, str]) -> str:
        """What `counted` makes of the refusals of each reason set, and of what each set carries."""
        kept = f"join ({self._credits()}) as credits using (reason_set_id)" if self.is_credited else ""
        sums = "reason_set_id, cast(sum(attempts) as bigint) as refusals"
        refused = f"select {sums} {self._scoped(kept)} and outcome = 'refused' group by all"
        is_alone = "coalesce(count(*) filter (where is_listed) = any_value(listed_count), false) as is_alone"
        carried = f"select reason_set_id, {level.id} as carried, {is_alone} from members group by all"
        steps = f"with refused as ({refused}), carried as ({carried}), counted as ({counted})"
        name, numerator, denominator = share
        return f"{steps} select *, {ratio(numerator, denominator, name)} from counted order by all"

    def _of_attempts(self) -> str:
        """Per group of attempts: the measures that no attribution touches."""
        measures = [m for m in self.question.measures if m.scope is Scope.ATTEMPT or not self.is_credited]
        sums = [column for measure in measures for column in summed(measure)]
        return f"select {self._grouped()} {listed([*sums, 'count(*) as cells'])} {self._scoped('')} group by all"

    def _of_refusals(self) -> str:
        """Per group of attempts and of refusals: the measures that the attribution credits, in whole units."""
        asked = [measure for measure in self.question.measures if measure.scope is Scope.REFUSAL]
        sums = [column for measure in asked for column in credited(measure)]
        credits = f"join ({self._credits()}) as credits using (reason_set_id)"
        groups = "".join(f"credits.{name}, " for name in self.refusal_groups)
        scoped = self._scoped(credits)
        selected = listed([*sums, "count(*) as cells"])
        return f"select {self._grouped()} {groups} {selected} {scoped} and outcome = 'refused' group by all"

    def _grouped(self) -> str:
        return "".join(f"{source(DIMENSIONS[name])} as {name}, " for name in self.attempt_groups)

    def _scoped(self, credits: str) -> str:
        """The rollup under the filters of attempt scope and the period."""
        kept = " and ".join([*self._period(), *self._kept(self.question.filters(Scope.ATTEMPT))])
        return f"from {self.rollup} as rollup {credits} {self._joins()} where {kept}"

    def _joins(self) -> str:
        used = (*self.question.groups(Scope.ATTEMPT), *self.question.filters(Scope.ATTEMPT))
        joins = {"calendar": "join calendar using (day)", "regions": "join regions using (region)"}
        return " ".join(joins[table] for table in sorted({dimension.table for dimension in used} & joins.keys()))

    def _period(self) -> list[str]:
        self.values += self.snapshot.within(self.question.since, self.question.until)
        return ["rollup.day between ? and ?"]

    def _kept(self, filters: dict[Dimension, Selection]) -> list[str]:
        return [self._condition(dimension, kept, source(dimension)) for dimension, kept in filters.items()]

    def _condition(self, dimension: Dimension, kept: Selection, column: str) -> str:
        if not kept.values:
            return "true" if kept.is_except else "false"
        self.values += [self.snapshot.typed(dimension.id, value) for value in kept.values]
        negation = "not " if kept.is_except else ""
        return f"{column} {negation}in ({', '.join('?' * len(kept.values))})"

    @property
    def _whole(self) -> int:
        """The units that one whole refusal is counted as."""
        is_divided = self.is_credited and self.question.attribution is Attribution.FRACTIONAL
        return self.snapshot.info.fraction_units if is_divided else 1

    def _credits(self) -> str:
        """Per reason set and group of refusals: the units of credit that the attribution gives it."""
        kept = self._kept(self.question.filters(Scope.REFUSAL))
        keys = listed(["reason_set_id", *self.refusal_groups])
        grouped = f"group by {keys}"
        where, units, once = {
            Attribution.PRIMARY: ("is_primary", "1", ""),
            Attribution.ANY: ("true", "1", grouped),
            Attribution.FRACTIONAL: ("is_listed", "sum(rollup.units)", grouped),
            Attribution.SOLE: ("is_listed", "1", f"{grouped} having count(*) = any_value(listed_count)"),
        }[self.question.attribution]
        conditions = " and ".join([where, *kept])
        return f"select {keys}, {units} as units from members as rollup where {conditions} {once}"

    def _answer(self) -> str:
        names = [*self.attempt_groups, *self.refusal_groups]
        columns = [*names, *self._measures(), *self._ratios()]
        order = f"order by {listed(names)}" if names else ""
        return f"select {listed(columns)} from {self._rows()} {order}"

    def _rows(self) -> str:
        """The groups that the answer shows, with their sums beside them."""
        credited = left_join("of_refusals", [*self.attempt_groups, *self.refusal_groups]) if self.is_credited else ""
        is_complete = any(DIMENSIONS[name].is_time for name in self.attempt_groups)
        if is_complete or (self.attempt_groups and self.refusal_groups):
            return f"{self._spine()} {left_join('of_attempts', self.attempt_groups)} {credited}"
        return "of_refusals cross join of_attempts" if self.refusal_groups else f"of_attempts {credited}"

    def _spine(self) -> str:
        """Every combination that the answer shows: complete time × the other groups seen × the causes seen."""
        parts = [*self._complete_days(), *self._complete_hours()]
        others = [name for name in self.attempt_groups if not DIMENSIONS[name].is_time]
        if others:
            parts.append(f"(select distinct {listed(others)} from of_attempts)")
        if self.refusal_groups:
            parts.append(f"(select distinct {listed(self.refusal_groups)} from of_refusals)")
        return " cross join ".join(parts)

    def _complete_days(self) -> list[str]:
        """Every bucket of the calendar in the period, under the filters on time; buckets of one day stay together."""
        names = [name for name in self.attempt_groups if DIMENSIONS[name].is_time and name != "hour"]
        if not names:
            return []
        self.values += self.snapshot.within(self.question.since, self.question.until)
        filters = {d: kept for d, kept in self.question.filters(Scope.ATTEMPT).items() if d.is_time and d.id != "hour"}
        kept = " and ".join(["day between ? and ?", *(self._condition(d, k, d.id) for d, k in filters.items())])
        return [f"(select distinct {listed(names)} from calendar where {kept})"]

    def _complete_hours(self) -> list[str]:
        if "hour" not in self.attempt_groups:
            return []
        kept = self.question.where.get("hour")
        condition = self._condition(DIMENSIONS["hour"], kept, "hour") if kept else "true"
        return [f"(select hour from (select cast(unnest(range(24)) as tinyint) as hour) where {condition})"]

    def _measures(self) -> list[str]:
        return [f"{self._measure(measure)} as {measure.id}" for measure in self.question.measures]

    def _measure(self, measure: Measure) -> str:
        is_credited = self.is_credited and measure.scope is Scope.REFUSAL
        table = "of_refusals" if is_credited else "of_attempts"
        whole = self._whole if is_credited else 1
        total = f"coalesce({table}.{measure.id}, 0)"
        if measure.unit is Unit.MONEY:
            nothing_known = f"{table}.{measure.id}_cells > 0 and {table}.{measure.id}_known = 0"
            return f"case when {nothing_known} then null else cast({total} as double) / {whole * 100} end"
        return f"cast({total} as bigint)" if whole == 1 else f"cast({total} as double) / {whole}"

    def _ratios(self) -> list[str]:
        return [self._ratio(asked) for asked in self.question.asked_metrics if asked.denominator]

    def _ratio(self, asked: Metric) -> str:
        numerator, denominator = (self._measure(MEASURES[name]) for name in asked.measures)
        return ratio(numerator, denominator, asked.id)
