"""What every lender's calendar holds anyway: promotions, holidays and the releases of its own app."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from etl.words import Words
from synthetic_data.demand import SPRING_FESTIVALS
from synthetic_data.world import RELEASES

YEARLY = (
    ("double-eleven", (11, 10), (11, 12), "promotion", Words(en="11.11 promotion", zh="双十一大促")),
    ("double-twelve", (12, 12), (12, 12), "promotion", Words(en="12.12 promotion", zh="双十二大促")),
    ("mid-year", (6, 17), (6, 18), "promotion", Words(en="618 promotion", zh="618 大促")),
    ("national-day", (10, 1), (10, 7), "holiday", Words(en="National Day holiday", zh="国庆假期")),
)
SPRING_FESTIVAL = Words(en="Spring Festival holiday", zh="春节假期")


@dataclass(frozen=True)
class Event:
    """An entry of the lender's own calendar; `last` is still inside."""

    id: str
    start: date | datetime
    last: date | datetime
    kind: str
    words: Words
    region: str = ""


def usual_events(first: date, last: date) -> list[Event]:
    """Those of the years from `first` to `last`, all festivals and all releases."""
    return [*_yearly(first, last), *_spring_festivals(), *_releases()]


def _yearly(first: date, last: date) -> Iterator[Event]:
    for year in range(first.year, last.year + 1):
        for name, start, end, kind, words in YEARLY:
            yield Event(f"{name}-{year}", date(year, *start), date(year, *end), kind, words)


def _spring_festivals() -> Iterator[Event]:
    for new_year in SPRING_FESTIVALS:
        start, last = new_year - timedelta(days=2), new_year + timedelta(days=6)
        yield Event(f"spring-festival-{new_year.year}", start, last, "holiday", SPRING_FESTIVAL)


def _releases() -> Iterator[Event]:
    for release in RELEASES:
        name, gray = release.version, release.gray_from
        ring = Words(en=f"App {name}: gray release begins", zh=f"App {name} 灰度发布开始")
        yield Event(f"gray-{name}", gray, gray, "release", ring)
        if release.recalled:
            words = Words(en=f"App {name} recalled", zh=f"App {name} 已回滚")
            yield Event(f"recall-{name}", release.recalled, release.recalled, "release", words)
        else:
            words = Words(en=f"App {name} for everybody", zh=f"App {name} 全量发布")
            yield Event(f"release-{name}", release.stable_from, release.stable_from, "release", words)
