"""What a table of a scenario may say: each check raises one line with the file, the key and the known names."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from etl.errors import InvalidValue, RefusalLensError, UnknownName


class UnknownInScenario(RefusalLensError):
    """A scenario names something that does not exist; says in which file and under which key."""

    def __init__(self, where: str, name: str, known: Collection[str]) -> None:
        super().__init__(f"{where}: {UnknownName('name', name, [str(one) for one in known])}")


def check_keys(where: str, table: Mapping[str, Any], known: Collection[str], required: Collection[str] = ()) -> None:
    check_known(f"{where}: key", table, known)
    if missing := [name for name in required if name not in table]:
        raise InvalidValue(f"{where}: {missing[0]!r} is missing")


def check_known(where: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise UnknownInScenario(where, name, known)


def check_texts(where: str, table: Mapping[str, Any], names: Collection[str]) -> None:
    for name in names:
        if not isinstance(table[name], str) or not table[name].strip():
            raise InvalidValue(f"{where}: {name} = {table[name]!r} must be a text that says something")


def check_unique(path: Path, named: Sequence[tuple[str, str]]) -> None:
    """Ids of one file, each with the word for what it names."""
    seen: set[str] = set()
    for word, name in named:
        if name in seen:
            raise InvalidValue(f"{path}: {word} {name!r} occurs twice")
        seen.add(name)


def check_scope(where: str, scope: Any, known: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """The scope with its lists as tuples."""
    if not isinstance(scope, dict):
        raise InvalidValue(f"{where}: scope = {scope!r} must be a table such as {{ region = ['CN-SC'] }}")
    check_known(f"{where}: scope", scope, known)
    for name, values in scope.items():
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            example = values if isinstance(values, str) else known[name][0]
            raise InvalidValue(f"{where}: scope: {name} must be a list such as [{example!r}]")
        check_known(f"{where}: scope: {name}", values, known[name])
    return {name: tuple(values) for name, values in scope.items()}


EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""The days that a world may have."""


def check_span(where: str, start: object, end: object) -> None:
    if not (isinstance(start, datetime) and isinstance(end, datetime)) or start.tzinfo or end.tzinfo:
        raise InvalidValue(f"{where}: start and end must be local times such as 2026-03-10T00:00:00")
    if end <= start:
        raise InvalidValue(f"{where}: end {end} is not after start {start}")
    _check_years(where, start, end)


def check_within(where: str, start: date, end: date, first: date, last: date) -> None:
    """Something that lasts from `start` to `end` touches the days from `first` to `last`; says which would."""
    asked = f"{where}: it lies outside the days asked for, {first} to {last}"
    if _moment(end, time.max) <= datetime.combine(first, time.min):
        raise InvalidValue(f"{asked}; --days {(last - _moment(start, time.min).date()).days + 1} would reach it")
    if _moment(start, time.min) > datetime.combine(last, time.max):
        raise InvalidValue(f"{asked}; --end {_moment(end, time.min).date()} would reach it")


def _moment(day: date, otherwise: time) -> datetime:
    """A local time, or that of a day without one."""
    return day if isinstance(day, datetime) else datetime.combine(day, otherwise)


def check_notice_span(where: str, start: object, last: object) -> None:
    if not (isinstance(start, date) and isinstance(last, date)) or _zone(start) or _zone(last):
        raise InvalidValue(f"{where}: start and last must be dates or local times, without quotes")
    first, end = _moment(start, time.min), _moment(last, time.max)
    if end < first:
        raise InvalidValue(f"{where}: last {last} is before start {start}")
    _check_years(where, first, end)


def _check_years(where: str, start: datetime, end: datetime) -> None:
    if start.date() > LATEST or end.date() < EARLIEST:
        raise InvalidValue(f"{where}: start {start} and end {end}: worlds have days from {EARLIEST} to {LATEST}")


def _zone(moment: date) -> tzinfo | None:
    return moment.tzinfo if isinstance(moment, datetime) else None
