"""Scenarios: TOML files that say what goes wrong, how demand shifts, and what the lender's calendar knows of it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from etl.catalogue.reading import undecodable
from etl.errors import InvalidValue, UnknownName
from etl.words import Words
from synthetic_data.almanac import Event, usual_events
from synthetic_data.decks import FACES
from synthetic_data.gates import CODES
from synthetic_data.incidents import ALL, CUT_OFF, JOINT, SCOPES, Incident, Onset
from synthetic_data.places import load_places
from synthetic_data.plausible import check_load, check_overlaps, check_rush, check_versions, midnight
from synthetic_data.reach import check_opened, check_somebody
from synthetic_data.scenario_checks import (
    EARLIEST,
    LATEST,
    check_keys,
    check_known,
    check_notice_span,
    check_scope,
    check_span,
    check_texts,
    check_unique,
    check_within,
)
from synthetic_data.shifts import LARGEST_FACTOR, SHIFT_SCOPES, Shift
from synthetic_data.world import CHANNELS

FOLDER = Path(__file__).with_name("scenarios")
SUFFIX = ".toml"

LAYERS = ("user", "platform", "technical")
EVENT_KINDS = ("promotion", "policy", "release", "holiday", "incident", "notice")
LARGEST_CUT_OFF = 200


@dataclass(frozen=True)
class Scenario:
    name: str
    incidents: tuple[Incident, ...]
    notices: tuple[Event, ...]
    shifts: tuple[Shift, ...]
    path: Path = field(default=Path(), repr=False, compare=False)
    """Where it was read; the same scenario read elsewhere is the same."""


def scenario_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """A shipped scenario by name, or any file that ends in `.toml`."""
    path = _path(name)
    content = _content(path)
    check_keys(str(path), content, ("incidents", "notices", "shifts"))
    incidents = tuple(_incident(path, table) for table in _tables(path, content, "incidents"))
    shifts = tuple(sorted((_shift(path, table) for table in _tables(path, content, "shifts")), key=_growth_first))
    notices = tuple(_notice(path, table) for table in _tables(path, content, "notices"))
    check_unique(path, [*(("incident", one.id) for one in incidents), *(("shift", one.id) for one in shifts)])
    check_unique(path, [("notice", one.id) for one in notices])
    check_overlaps(path, incidents)
    check_opened(path, incidents, shifts)
    return Scenario(path.stem, incidents, notices, shifts, path)


def _growth_first(shift: Shift) -> tuple[bool, str]:
    """A trough is so many times everything that comes, whatever the order of the tables."""
    return shift.factor < 1, shift.id


def check_days(scenario: Scenario, first: date, last: date) -> None:
    """All of a scenario happens within the days of a world, but for the default one, which is written for a year."""
    if scenario.path == FOLDER / "default.toml":
        return
    named = ((word, one) for word in ("incident", "shift", "notice") for one in getattr(scenario, f"{word}s"))
    for word, one in named:
        where = f"{scenario.path}: {word} {one.id!r}"
        start, end = one.start, one.last if isinstance(one, Event) else one.end
        check_within(where, start, end, first, last)
        if isinstance(one, Incident) and one.onset is Onset.LOAD:
            check_rush(where, max(one.start, midnight(first)), min(one.end, midnight(last + timedelta(days=1))))


def _path(name: str) -> Path:
    """Whatever looks like a path is one; anything else is a name."""
    path = Path(name)
    if path.suffix != SUFFIX and path.name == name:
        if name not in scenario_names():
            raise UnknownName("scenario", name, scenario_names())
        return FOLDER / f"{name}{SUFFIX}"
    if path.suffix != SUFFIX:
        raise InvalidValue(f"{name}: the file of a scenario must end in {SUFFIX}")
    return path


def _content(path: Path) -> dict[str, Any]:
    """A file that an editor began with a byte order mark is like any other."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InvalidValue(f"{path}: there is no such file; shipped scenarios: {', '.join(scenario_names())}") from None
    except OSError as problem:
        raise InvalidValue(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise InvalidValue(f"{path}: {undecodable(problem)}; save it as UTF-8") from None
    except (ValueError, RecursionError) as problem:
        raise InvalidValue(f"{path}: not valid TOML: {problem}") from None


def _tables(path: Path, content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    tables = content.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidValue(f"{path}: {name} must be tables, each under [[{name}]]")
    return tables


def _incident(path: Path, table: dict[str, Any]) -> Incident:
    where = f"{path}: incident {table.get('id', '?')!r}"
    required = ("id", "kind", "layer", "start", "end", "onset", "effect")
    check_keys(where, table, (*required, "scope"), required)
    check_texts(where, table, ("id", "kind", "layer", "onset"))
    if JOINT in table["id"] or table["id"] == ALL:
        raise InvalidValue(
            f"{where}: id must not hold {JOINT!r}, which joins incidents, nor be {ALL!r}, which means all"
        )
    check_known(f"{where}: layer", [table["layer"]], LAYERS)
    check_known(f"{where}: onset", [table["onset"]], list(Onset))
    check_span(where, table["start"], table["end"])
    _check_effect(where, table["effect"])
    incident = Incident(
        **{name: table[name] for name in ("id", "kind", "layer", "start", "end", "effect")},
        onset=Onset(table["onset"]),
        scope=check_scope(where, table.get("scope", {}), {name: key.known for name, key in SCOPES.items()}),
    )
    check_versions(where, incident)
    check_somebody(where, incident.scope)
    check_load(where, incident)
    return incident


def _check_effect(where: str, effect: Any) -> None:
    if not isinstance(effect, dict) or not effect:
        raise InvalidValue(f"{where}: effect = {effect!r} must be a table such as {{ P101 = 0.5 }}")
    check_known(f"{where}: effect", effect, (*CODES, CUT_OFF))
    for name, size in effect.items():
        if type(size) not in (int, float) or not 0 < size <= (LARGEST_CUT_OFF if name == CUT_OFF else 1):
            most = f"1 ({CUT_OFF}: {LARGEST_CUT_OFF})"
            raise InvalidValue(f"{where}: effect: {name} = {size!r} must be above 0 and at most {most}")
        if name != CUT_OFF and size * FACES < 1:
            raise InvalidValue(f"{where}: effect: {name} = {size!r} refuses nobody: the smallest is 1/{FACES:,}")


def _shift(path: Path, table: dict[str, Any]) -> Shift:
    where = f"{path}: shift {table.get('id', '?')!r}"
    required = ("id", "kind", "start", "end", "factor")
    check_keys(where, table, (*required, "scope", "channel"), required)
    check_texts(where, table, ("id", "kind", *(["channel"] if "channel" in table else [])))
    check_span(where, table["start"], table["end"])
    factor, channel = table["factor"], table.get("channel", "")
    if type(factor) not in (int, float) or not 0 <= factor <= LARGEST_FACTOR or factor == 1:
        limits = f"at least 0, not 1 and at most {LARGEST_FACTOR}"
        raise InvalidValue(f"{where}: factor = {factor!r} must be {limits}")
    check_known(f"{where}: channel", [channel] if channel else [], CHANNELS)
    if channel and factor < 1:
        raise InvalidValue(f"{where}: channel takes the additional attempts, and factor = {factor!r} adds none")
    scope = check_scope(where, table.get("scope", {}), SHIFT_SCOPES)
    if channel and "channel" in scope:
        through = f"the additional attempts come through {channel!r}, and not through another one"
        raise InvalidValue(f"{where}: scope: channel: {through}; leave it out")
    check_somebody(where, scope | ({"channel": (channel,)} if channel else {}))
    return Shift(table["id"], table["kind"], table["start"], table["end"], float(factor), scope, channel)


def _notice(path: Path, table: dict[str, Any]) -> Event:
    where = f"{path}: notice {table.get('id', '?')!r}"
    required = ("id", "start", "last", "kind", "en", "zh")
    check_keys(where, table, (*required, "region"), required)
    check_texts(where, table, ("id", "kind", "en", "zh", *(["region"] if "region" in table else [])))
    if table["id"] in _taken():
        raise InvalidValue(f"{where}: id is taken by an event that every calendar has: {_taken()[table['id']]}")
    check_known(f"{where}: kind", [table["kind"]], EVENT_KINDS)
    check_notice_span(where, table["start"], table["last"])
    region = table.get("region", "")
    check_known(f"{where}: region", [region] if region else [], load_places().regions)
    words = Words(en=table["en"], zh=table["zh"])
    return Event(table["id"], table["start"], table["last"], table["kind"], words, region)


@cache
def _taken() -> dict[str, str]:
    """The ids of the events that stand on the calendar of some world anyway, and what they are called."""
    return {event.id: event.words.en for event in usual_events(EARLIEST, LATEST)}
