"""The only composer of questions: a `Question` becomes SQL over the smallest rollup, and a frame comes back.

Identifiers come from the catalogue alone; every value is bound. The one place that divides is `phrases.ratio`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.catalogue.dimensions import DIMENSIONS, Dimension, Scope, dimension
from etl.catalogue.metrics import MEASURES, Measure, Metric, Unit
from etl.conditions import Conditions
from etl.errors import InvalidValue
from etl.phrases import credited, left_join, listed, names_of, ratio, source, summed, text_of
from etl.question import Attribution, Question, Selection
from etl.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Attribution", "Question", "Selection", "ask", "ask_sets", "check"]


def ask(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The answer, one row per combination of `question.by`, ordered by it.

    Columns: the dimensions asked (codes; buckets of time as dates; `hour` 0–23, `weekday` 1 = Monday), then for each
    metric its measures and, for a ratio, the ratio under the metric's own name (NaN where the denominator is 0).
    Amounts are in currency units. Groups without such a refusal show 0; buckets of time are complete.
    Raises `UnknownName` for values that the snapshot never saw and `InvalidValue` for time finer than the log's.
    """
    check(snapshot, question)
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
    check(snapshot, question)
    composed = _Composed(snapshot, replace(question, by=(), attribution=Attribution.ANY))
    return snapshot.frame(composed.over_sets(dimension(level), counted, share), composed.values)


def check(snapshot: Snapshot, question: Question) -> None:
    """Raises `InvalidValue` or `UnknownName` where this log cannot answer the question."""
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


class _Composed(Conditions):
    """The SQL of one question over the smallest rollup, and the values bound to it."""

    def __init__(self, snapshot: Snapshot, question: Question) -> None:
        super().__init__(snapshot, question, snapshot.smallest_rollup(question.rollup_columns))
        self.attempt_groups = names_of(question.groups(Scope.ATTEMPT))

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

    def _answer(self) -> str:
        names = [*self.attempt_groups, *self.refusal_groups]
        columns = [*map(text_of, names), *self._measures(), *self._ratios()]
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
