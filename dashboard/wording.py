"""What is shown, said in words: the period, the comparison, and each filter as a chip to release."""

from dataclasses import dataclass

from dashboard import formats, words
from dashboard.filters import ALL, CUSTOM, PRESETS, Filters
from etl.catalogue.dimensions import DIMENSIONS
from etl.periods import Period
from etl.query import Attribution, Selection
from etl.snapshot import Snapshot

_MOST = 3
"""Values named in a chip before the rest is counted."""


@dataclass(frozen=True)
class Chip:
    dimension: str
    text: str


def chips(filters: Filters, snapshot: Snapshot) -> list[Chip]:
    """One per filtered dimension: `Region: Guangdong, Shanghai`."""
    return [Chip(name, _chip(filters, snapshot, name, selection)) for name, selection in filters.where]


def _chip(filters: Filters, snapshot: Snapshot, dimension: str, selection: Selection) -> str:
    language = filters.language
    names = [snapshot.label(dimension, value, language) for value in selection.values]
    listed = words.LISTED(language).join(names[:_MOST])
    if len(names) > _MOST:
        listed = words.AND_MORE(language, values=listed, n=len(names) - _MOST)
    pattern = words.EXCEPTED if selection.is_except else words.CHOSEN
    return pattern(language, name=DIMENSIONS[dimension].words(language), values=listed)


def sentence(filters: Filters, snapshot: Snapshot) -> str:
    """`**Last 28 days**: 1 – 28 Mar 2026 · compared with …`, the name of the period in bold."""
    language, info = filters.language, snapshot.info
    parts = [_days(filters, snapshot)]
    if before := filters.comparison(info):
        parts.append(words.COMPARED(language, days=days(before, filters, snapshot)))
    if filters.attribution is not Attribution.PRIMARY:
        parts.append(words.ATTRIBUTED(language, how=words.ATTRIBUTIONS[filters.attribution](language)))
    return " · ".join(parts)


def days(period: Period, filters: Filters, snapshot: Snapshot) -> str:
    grain = snapshot.info.time_grain
    return formats.span(period.since, period.until, filters.language, "day" if grain == "instant" else grain)


def _days(filters: Filters, snapshot: Snapshot) -> str:
    shown = days(filters.period(snapshot.info), filters, snapshot)
    if filters.preset == CUSTOM:
        return f"**{shown}**"
    name = words.EVERYTHING if filters.preset == ALL else PRESETS[filters.preset]
    return words.CHOSEN(filters.language, name=f"**{name(filters.language)}**", values=shown)
