"""What a click on a mark does to the filters: values are chosen and released, days become the period."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import streamlit as st

from dashboard import history
from dashboard.choices import narrowed, toggled
from dashboard.filters import CUSTOM, Filters, opening
from etl.query import Selection
from etl.snapshot import Snapshot

_BEFORE = "period_before"


def on_values(snapshot: Snapshot, values: dict[str, str]) -> None:
    """Filter by a mark, or release it, in one gesture. Marks of what the log does not know do nothing."""
    if all(value in snapshot.known(name) for name, value in values.items()):
        history.change(lambda filters: picked(snapshot, filters, values))


def picked(snapshot: Snapshot, filters: Filters, values: dict[str, str]) -> Filters:
    """A mark of one dimension joins the others or leaves them; a cell of several stands alone or is released whole."""
    if len(values) == 1:
        ((dimension, value),) = values.items()
        return toggled(snapshot, filters, dimension, value)
    is_chosen = all(filters.selection(name) == Selection((value,)) for name, value in values.items())
    for name, value in values.items():
        filters = narrowed(snapshot, filters, name, Selection(() if is_chosen else (value,)))
    return filters


def on_days(snapshot: Snapshot, since: date, until: date) -> None:
    """Show only these days, or what was shown before where they are shown already."""
    first, last = max(since, snapshot.info.first_day), min(until, snapshot.info.last_day)
    history.change(lambda filters: framed(filters, first, last, _before(snapshot)))


def framed(filters: Filters, since: date, until: date, before: Callable[[Filters], Filters]) -> Filters:
    """The filters with these days as their period, or with the period before where it is theirs already."""
    if (filters.preset, filters.since, filters.until) == (CUSTOM, since, until):
        return before(filters)
    st.session_state[_BEFORE] = (filters.preset, filters.since, filters.until)
    return replace(filters, preset=CUSTOM, since=since, until=until)


def _before(snapshot: Snapshot) -> Callable[[Filters], Filters]:
    """Back to the period of the last click, or to the opening one where there was none, as after a reload."""

    def released(filters: Filters) -> Filters:
        first = opening(snapshot.info, filters.language)
        preset, since, until = st.session_state.pop(_BEFORE, (first.preset, None, None))
        return replace(filters, preset=preset, since=since, until=until)

    return released
