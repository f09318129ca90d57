"""What the reader asked to see: one frozen value behind every view. Its form in the URL is in `address`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from etl.catalogue.dimensions import DIMENSIONS, TIME_BUCKETS, Scope
from etl.catalogue.spring_festivals import ZONES
from etl.periods import (
    ALL,
    PRESET_DAYS,
    Comparison,
    Period,
    comparison_period,
    festival_shift,
    last_complete_day,
    preset_period,
)
from etl.query import Attribution, Question, Selection
from etl.snapshot import SnapshotInfo
from etl.words import Language, Words

CUSTOM = "custom"
NO_COMPARISON = "none"
PRESETS = {
    **{name: Words(en=f"Last {days} days", zh=f"近 {days} 天") for name, days in PRESET_DAYS.items()},
    ALL: Words(en="Everything in the log", zh="全部日志"),
    CUSTOM: Words(en="Own dates …", zh="自选日期…"),
}
FILTERABLE = tuple(name for name in DIMENSIONS if name not in {*TIME_BUCKETS, "outcome"})
"""What a filter can narrow. Time buckets are the period's; an outcome filter would empty the rates."""

COARSER = {"instant": 0, "day": 1, "month": 2, "year": 3}


class Granularity(StrEnum):
    AUTO = "auto"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def is_in(self, info: SnapshotInfo) -> bool:
        """Whether the log's times are fine enough for buckets of this size."""
        finest = {"hour": 0, "day": 1, "week": 1, "month": 2, "year": 3, "auto": 3}[self]
        return COARSER[info.time_grain] <= finest

    def buckets(self, days: int) -> float:
        """About how many buckets of this size so many days are."""
        return days / {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}[self]


FINER_TO_COARSER = tuple(grain for grain in Granularity if grain is not Granularity.AUTO)
MOST_BUCKETS = 2000
"""More make a chart that takes seconds to draw and that nobody can read."""


def complete_days(info: SnapshotInfo) -> Period:
    """The days that own dates can show: all of a coarse log, else those up to the last complete one."""
    if COARSER[info.time_grain] > COARSER["instant"]:
        return Period(info.first_day, info.last_day)
    return Period(info.first_day, max(last_complete_day(info.as_of), info.first_day))


def keeps_festival(info: SnapshotInfo) -> bool:
    """Whether days can be held against the Spring Festival's: the log has days, of a place where business keeps it."""
    is_kept = info.business_zone in ZONES and info.is_of_china
    return is_kept and COARSER[info.time_grain] <= COARSER["day"]


def canonical(where: Iterable[tuple[str, Selection]]) -> tuple[tuple[str, Selection], ...]:
    """Sorted by dimension, values sorted and unique, empty ones dropped: equal filters compare equal."""
    chosen = {name: Selection(tuple(sorted(set(s.values))), s.is_except) for name, s in where if s.values}
    return tuple(sorted(chosen.items(), key=lambda item: item[0]))


@dataclass(frozen=True)
class Filters:
    """`compare` is None when nothing is compared; `since` and `until` go with the preset `custom` only."""

    preset: str = "last28"
    since: date | None = None
    until: date | None = None
    compare: Comparison | None = Comparison.PREVIOUS
    where: tuple[tuple[str, Selection], ...] = ()
    attribution: Attribution = Attribution.PRIMARY
    granularity: Granularity = Granularity.AUTO
    language: Language = Language.EN
    counted: str = "refusals"
    """The number whose rows are shown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", canonical(self.where))
        since, until = (self.since, self.until) if self.preset == CUSTOM else (None, None)
        if since and until and since > until:
            since, until = until, since
        object.__setattr__(self, "since", since)
        object.__setattr__(self, "until", until)

    def period(self, info: SnapshotInfo) -> Period:
        """The days shown; presets count back from the as-of, own dates are cut to the log's complete days.

        Own dates outside the log become the day next to it on their side, where nothing is.
        """
        if self.preset != CUSTOM:
            return preset_period(self.preset, info.as_of, info.first_day)
        log = complete_days(info)
        if self.since and self.since > log.until:
            beyond = max(info.last_day, log.until) + timedelta(days=1)
            return Period(beyond, beyond)
        if self.until and self.until < log.since:
            beyond = log.since - timedelta(days=1)
            return Period(beyond, beyond)
        return Period(max(self.since or log.since, log.since), min(self.until or log.until, log.until))

    def is_outside(self, info: SnapshotInfo) -> bool:
        """Whether nothing of the own dates lies in the log."""
        log, shown = complete_days(info), self.period(info)
        return shown.since > log.until or shown.until < log.since

    def comparison(self, info: SnapshotInfo) -> Period | None:
        """The days compared with, or None when none are asked for or the log does not reach back that far."""
        if self.compare is None or self.is_outside(info):
            return None
        before = comparison_period(self.period(info), self.compare, has_festival=keeps_festival(info))
        return before if before.since >= info.first_day else None

    def is_by_festival(self, info: SnapshotInfo) -> bool:
        """Whether the days compared with are those as far from lunar New Year, and not of the same weekdays."""
        if self.compare is None or self.comparison(info) is None or not keeps_festival(info):
            return False
        return festival_shift(self.period(info), self.compare) is not None

    def is_too_early(self, info: SnapshotInfo) -> bool:
        """Whether a comparison is asked for that begins before the log."""
        return self.compare is not None and not self.is_outside(info) and self.comparison(info) is None

    def question(
        self,
        info: SnapshotInfo,
        metrics: Iterable[str],
        by: Iterable[str] = (),
        *,
        without: Iterable[str] = (),
        period: Period | None = None,
        **extra: Any,
    ) -> Question:
        """The question under these filters; `without` lets a chart ignore the filter on its own dimension."""
        days = period or self.period(info)
        left_out = set(without)
        where = {name: selection for name, selection in self.where if name not in left_out}
        asked: dict[str, Any] = {"attribution": self.attribution, **extra}
        return Question(tuple(metrics), tuple(by), where, days.since, days.until, **asked)

    def selection(self, dimension: str) -> Selection | None:
        return dict(self.where).get(dimension)

    def only(self, dimension: str) -> str | None:
        """The one value that the filter on `dimension` chooses; None where it chooses several, or all except some."""
        chosen = self.selection(dimension)
        return chosen.values[0] if chosen and len(chosen.values) == 1 and not chosen.is_except else None

    def selects(self, dimension: str, value: str) -> bool:
        """Whether `value` passes the filter on `dimension`: what a chart draws strong or faint."""
        chosen = self.selection(dimension)
        return chosen is None or (value in chosen.values) != chosen.is_except

    def toggled(self, dimension: str, value: str) -> "Filters":
        """After a click on `value`: chosen or released; under "all except", left out or taken back."""
        chosen = self.selection(dimension) or Selection(())
        values = tuple(set(chosen.values) ^ {value})
        return self.narrowed(dimension, Selection(values, chosen.is_except and bool(values)))

    def narrowed(self, dimension: str, selection: Selection) -> "Filters":
        return replace(self, where=tuple({**dict(self.where), dimension: selection}.items()))

    def without(self, dimension: str) -> "Filters":
        return replace(self, where=tuple(item for item in self.where if item[0] != dimension))

    def cleared(self) -> "Filters":
        """Every dimension released; period, comparison, attribution and language stay."""
        return replace(self, where=())

    @property
    def has_refusal_filter(self) -> bool:
        """Whether layer, cause or reason narrow the refusals (and leave the attempts alone)."""
        return any(DIMENSIONS[name].scope is Scope.REFUSAL for name, _ in self.where)

    def grain(self, info: SnapshotInfo) -> Granularity:
        """The bucket size of time charts: the chosen one if the log has it, else what suits the period.

        A chosen one that makes too many buckets gives way to the next coarser.
        """
        days = self.period(info).days
        wanted = next(grain for most, grain in SUITS if days <= most)
        if self.granularity is not Granularity.AUTO and self.granularity.is_in(info):
            wanted = self.granularity
        coarser = FINER_TO_COARSER[FINER_TO_COARSER.index(wanted) :]
        return next((g for g in coarser if g.is_in(info) and g.buckets(days) <= MOST_BUCKETS), Granularity.YEAR)

    def is_too_fine(self, info: SnapshotInfo) -> bool:
        """Whether the chosen bucket size gave way to a coarser one."""
        return self.granularity not in {Granularity.AUTO, self.grain(info)}

    def time_dimensions(self, info: SnapshotInfo) -> tuple[str, ...]:
        """What to group by for a trend: hours need their day beside them."""
        grain = self.grain(info)
        return ("day", "hour") if grain is Granularity.HOUR else (str(grain),)


SUITS = (
    (3, Granularity.HOUR),
    (62, Granularity.DAY),
    (400, Granularity.WEEK),
    (2000, Granularity.MONTH),
    (10**9, Granularity.YEAR),
)
"""Up to so many days, buckets of this size."""


def opening(info: SnapshotInfo, language: Language) -> Filters:
    """What is shown before anything is chosen: recent days, or everything where the log has no days."""
    if COARSER[info.time_grain] > COARSER["day"]:
        return Filters(preset=ALL, compare=None, language=language)
    return Filters(language=language)


def silent(info: SnapshotInfo) -> Filters:
    """What the address of a file or of charts says nothing of, whatever language the browser prefers."""
    return opening(info, Language.EN)
