"""What is shown, said in one sentence: the period, each filter as a chip to release, the counting, the comparison."""

from dataclasses import dataclass

from dashboard import formats, words
from dashboard.filters import CUSTOM, PRESETS, Filters, Granularity, complete_days, keeps_festival
from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.spring_festivals import touches_season
from etl.periods import ALL, Comparison, Period
from etl.query import Selection
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


def lead(filters: Filters, snapshot: Snapshot) -> str:
    """How the sentence begins, before the chips: `Refusals · **Last 28 days**: 1 – 28 Mar 2026`."""
    return f"{words.SUBJECT(filters.language)} · {_days(filters, snapshot)}"


def rest(filters: Filters, snapshot: Snapshot) -> str:
    """How it ends, after the chips: how refusals are counted, in which steps, and what they are compared with."""
    language, info = filters.language, snapshot.info
    parts = [words.ATTRIBUTED(language, how=words.ATTRIBUTIONS[filters.attribution](language))]
    if filters.granularity is not Granularity.AUTO and not filters.is_too_fine(info):
        parts.append(words.STEPPED(language, step=words.GRANULARITIES[filters.granularity](language).lower()))
    if before := filters.comparison(info):
        parts.append(words.COMPARED(language, days=days(before, filters, snapshot)) + _aligned(filters, snapshot))
    if filters.is_too_early(info):
        parts.append(words.TOO_EARLY(language, day=formats.day(info.first_day, language)).rstrip(".。"))
    if filters.is_too_fine(info):
        parts.append(_too_fine(filters, snapshot))
    return " · ".join(parts)


def _aligned(filters: Filters, snapshot: Snapshot) -> str:
    """By what the days of last year were found, in brackets; nothing where there is no choice."""
    if filters.compare is not Comparison.LAST_YEAR or not keeps_festival(snapshot.info):
        return ""
    weekdays = words.BY_WEEKDAY_IN_SEASON if _is_season_then_alone(filters, snapshot) else words.BY_WEEKDAY
    how = {"spring_festival": words.BY_FESTIVAL, "weekdays": weekdays}.get(aligned_on(filters, snapshot))
    return words.BRACKETED(filters.language, text=how(filters.language)) if how else ""


def _is_season_then_alone(filters: Filters, snapshot: Snapshot) -> bool:
    """Whether the days compared with touch a season of the Spring Festival and those shown do not."""
    before, now = filters.comparison(snapshot.info), filters.period(snapshot.info)
    is_then = before is not None and touches_season(before.since, before.until)
    return is_then and not touches_season(now.since, now.until)


def aligned_on(filters: Filters, snapshot: Snapshot) -> str:
    """What the days shown and those compared with have in common: `weekdays`, `spring_festival` or `calendar_years`."""
    before, now = filters.comparison(snapshot.info), filters.period(snapshot.info)
    if filters.is_by_festival(snapshot.info):
        return "spring_festival"
    is_weekly = before is not None and before.since.weekday() == now.since.weekday()
    return "weekdays" if is_weekly else "calendar_years"


def _too_fine(filters: Filters, snapshot: Snapshot) -> str:
    language = filters.language
    asked, shown = (words.GRANULARITIES[g](language) for g in (filters.granularity, filters.grain(snapshot.info)))
    return words.TOO_FINE(language, asked=asked, shown=shown.lower())


def outside(filters: Filters, snapshot: Snapshot) -> str:
    """Said where nothing of the own dates lies in the log: which those are, and the log's days."""
    log = complete_days(snapshot.info)
    return words.OUTSIDE(filters.language, days=_asked(filters), log=days(log, filters, snapshot))


def _asked(filters: Filters) -> str:
    """The own dates as they were asked for, an open end named as such."""
    language = filters.language
    if filters.since and filters.until:
        return formats.span(filters.since, filters.until, language)
    if filters.since:
        return words.FROM(language, day=formats.day(filters.since, language))
    return words.UNTIL(language, day=formats.day(filters.until, language)) if filters.until else formats.NOTHING


def days(period: Period, filters: Filters, snapshot: Snapshot) -> str:
    grain = snapshot.info.time_grain
    return formats.span(period.since, period.until, filters.language, "day" if grain == "instant" else grain)


def _days(filters: Filters, snapshot: Snapshot) -> str:
    if filters.is_outside(snapshot.info):
        return f"**{_asked(filters)}**"
    shown = days(filters.period(snapshot.info), filters, snapshot)
    if filters.preset == CUSTOM:
        return f"**{shown}**"
    name = words.EVERYTHING if filters.preset == ALL else PRESETS[filters.preset]
    return words.CHOSEN(filters.language, name=f"**{name(filters.language)}**", values=shown)
