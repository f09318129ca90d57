"""Phrases of SQL that every composed question is made of; identifiers come from the catalogue alone."""

from etl.catalogue.dimensions import DIMENSIONS, Dimension
from etl.catalogue.metrics import Measure, Unit


def source(dimension: Dimension) -> str:
    """Where a dimension's value is read: the rollup itself (also as `members`) or the small table beside it."""
    table = "rollup" if dimension.table in {"rollup", "members"} else dimension.table
    return f"{table}.{dimension.id}"


def text_of(name: str) -> str:
    """A group as it is answered: what a snapshot enumerates as text, so that it is ordered as such."""
    return name if DIMENSIONS[name].is_time else f"cast({name} as varchar) as {name}"


def names_of(groups: tuple[Dimension, ...]) -> list[str]:
    return [group.id for group in groups]


def listed(columns: list[str]) -> str:
    return ", ".join(columns)


def _columns(measure: Measure) -> dict[str, str]:
    """What is summed for a measure; for money also how many attempts there are and of how many it is known."""
    own = {measure.id: measure.of}
    beside = {f"{measure.id}_cells": "attempts", f"{measure.id}_known": "amounts_known"}
    return own | beside if measure.unit is Unit.MONEY else own


def summed(measure: Measure) -> list[str]:
    outcomes = ", ".join(f"'{outcome}'" for outcome in measure.outcomes)
    return [f"sum({of}) filter (where outcome in ({outcomes})) as {name}" for name, of in _columns(measure).items()]


def credited(measure: Measure) -> list[str]:
    return [f"sum({of} * units) as {name}" for name, of in _columns(measure).items()]


def left_join(table: str, names: list[str]) -> str:
    return f"left join {table} using ({', '.join(names)})" if names else f"left join {table} on true"


def ratio(numerator: str, denominator: str, name: str) -> str:
    """The one division of the product; NULL over nothing."""
    return f"cast({numerator} as double) / nullif({denominator}, 0) as {name}"
