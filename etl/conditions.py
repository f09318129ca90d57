"""What a question is about: the attempts under its filters and its period, and the credit that each refusal gets.

The same over a rollup's sums and over single rows (`etl.query`, `etl.rows`): identifiers come from the catalogue alone,
every value is bound.
"""

from typing import Any

from etl.catalogue.dimensions import Dimension, Scope
from etl.phrases import listed, names_of, source
from etl.question import Attribution, Question, Selection
from etl.snapshot import Snapshot


class Conditions:
    """Phrases of SQL about one question, and the values bound to them in the order of the text."""

    def __init__(self, snapshot: Snapshot, question: Question, relation: str) -> None:
        """`relation` is a rollup, or a relation of rows with the same dimensions."""
        self.question = question
        self.snapshot = snapshot
        self.relation = relation
        self.values: list[Any] = []
        self.refusal_groups = names_of(question.groups(Scope.REFUSAL))
        self.is_credited = bool(self.refusal_groups or question.filters(Scope.REFUSAL))

    def _scoped(self, credits: str) -> str:
        """The relation under the filters of attempt scope and the period."""
        kept = " and ".join([*self._period(), *self._kept(self.question.filters(Scope.ATTEMPT))])
        return f"from {self.relation} as rollup {credits} {self._joins()} where {kept}"

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
