"""The Spring Festival: New Year's Days of the lunar calendar in public law, and the season of travel around them."""

from datetime import date, timedelta

NEW_YEARS = (
    *(date(2015, 2, 19), date(2016, 2, 8), date(2017, 1, 28), date(2018, 2, 16), date(2019, 2, 5), date(2020, 1, 25)),
    *(date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17)),
    *(date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11)),
    *(date(2033, 1, 31), date(2034, 2, 19), date(2035, 2, 8)),
)
"""One a year: the day of the new moon in China, as the national standard of the calendar (GB/T 33661) reckons it."""

DAYS_BEFORE, DAYS_AFTER = 15, 24
"""The forty days of the travel season, as the transport authorities count it."""

ZONES = frozenset({"Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "PRC"})
"""Where business stands still for it."""


def days_to_previous(since: date, until: date) -> int | None:
    """From the New Year's Day whose season these days touch back to the one before; None if they touch no known one."""
    touched = [at for at, day in enumerate(NEW_YEARS) if _touches(day, since, until)]
    if len(touched) != 1 or touched[0] == 0:
        return None
    return (NEW_YEARS[touched[0]] - NEW_YEARS[touched[0] - 1]).days


def touches_season(since: date, until: date) -> bool:
    """Whether any of these days lies in a season whose New Year's Day is known."""
    return any(_touches(day, since, until) for day in NEW_YEARS)


def _touches(new_year: date, since: date, until: date) -> bool:
    return since <= new_year + timedelta(days=DAYS_AFTER) and until >= new_year - timedelta(days=DAYS_BEFORE)
