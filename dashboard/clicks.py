"""What a click on a mark does to the filters: values are chosen and released, days become the period."""

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from datetime import date
from typing import Any

from dashboard.choices import narrowed, toggled
from dashboard.filters import CUSTOM, Filters, opening
from etl.query import Selection
from etl.snapshot import Snapshot

PERIOD_BEFORE = "period_before"
"""Where the period that days took the place of is kept: preset, first and last day."""
Change = Callable[[Filters], Filters]
"""What a gesture does."""


def on_values(snapshot: Snapshot, values: dict[str, str]) -> Change:
    """Filter by a mark, or release it, in one gesture. Marks of what the log does not know do nothing."""
    is_known = all(value in snapshot.known(name) for name, value in values.items())
    return lambda filters: picked(snapshot, filters, values) if is_known else filters


def on_others(kept: MutableMapping[Any, Any], name: str) -> Change:
    """Show all that one mark stands for. The filters stay as they are."""

    def shown(filters: Filters) -> Filters:
        kept[name] = True
        return filters

    return shown


def picked(snapshot: Snapshot, filters: Filters, values: dict[str, str]) -> Filters:
    """A mark of one dimension joins the others or leaves them; a cell of several stands alone or is released whole."""
    if len(values) == 1:
        ((dimension, value),) = values.items()
        return toggled(snapshot, filters, dimension, value)
    is_chosen = all(filters.selection(name) == Selection((value,)) for name, value in values.items())
    for name, value in values.items():
        filters = narrowed(snapshot, filters, name, Selection(() if is_chosen else (value,)))
    return filters


def on_days(snapshot: Snapshot, kept: MutableMapping[Any, Any], since: date, until: date) -> Change:
    """Show only these days, or what was shown before where they are shown already."""
    info = snapshot.info
    first, last = max(since, info.first_day), min(until, info.last_day)
    return lambda filters: framed(filters, first, last, opening(info, filters.language), kept)


def framed(filters: Filters, since: date, until: date, first: Filters, kept: MutableMapping[Any, Any]) -> Filters:
    """The filters with these days as their period; where it is theirs already, with the period of the last click.

    As after a reload, where none is kept: with the period of `first`.
    """
    if (filters.preset, filters.since, filters.until) == (CUSTOM, since, until):
        preset, *days = kept.pop(PERIOD_BEFORE, [first.preset, None, None])
        before, after = (date.fromisoformat(day) if day else None for day in days)
        return replace(filters, preset=preset, since=before, until=after)
    kept[PERIOD_BEFORE] = [filters.preset, *(day and day.isoformat() for day in (filters.since, filters.until))]
    return replace(filters, preset=CUSTOM, since=since, until=until)
