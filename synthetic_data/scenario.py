"""Scenarios: TOML files that say what goes wrong and what the lender's calendar knows of it."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Any

from etl.errors import InvalidValue, RefusalLensError, UnknownName
from etl.words import Words
from synthetic_data.gates import CODES
from synthetic_data.incidents import CUT_OFF, SCOPES, Incident, Onset
from synthetic_data.places import load_places

FOLDER = Path(__file__).with_name("scenarios")

LAYERS = ("user", "platform", "technical")
EVENT_KINDS = ("promotion", "policy", "release", "holiday", "incident", "notice")


@dataclass(frozen=True)
class Event:
    """An entry of the lender's own calendar; `last` is still inside."""

    id: str
    start: date | datetime
    last: date | datetime
    kind: str
    words: Words
    region: str = ""


@dataclass(frozen=True)
class Scenario:
    name: str
    incidents: tuple[Incident, ...]
    notices: tuple[Event, ...]


def scenario_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """A shipped scenario by name, or any file that ends in `.toml`."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise UnknownName("scenario", name, scenario_names())
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidValue(f"{path}: not valid TOML: {problem}") from None
    _check_keys(str(path), content, ("incidents", "notices"))
    incidents = tuple(_incident(path, table) for table in _tables(path, content, "incidents"))
    _check_unique(path, [incident.id for incident in incidents])
    return Scenario(path.stem, incidents, tuple(_notice(path, table) for table in _tables(path, content, "notices")))


def _tables(path: Path, content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    tables = content.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InvalidValue(f"{path}: {name} must be tables, each under [[{name}]]")
    return tables


def _incident(path: Path, table: dict[str, Any]) -> Incident:
    where = f"{path}: incident {table.get('id', '?')!r}"
    required = ("id", "kind", "layer", "start", "end", "onset", "effect")
    _check_keys(where, table, (*required, "scope"), required)
    _check_texts(where, table, ("id", "kind", "layer", "onset"))
    _check_known(f"{where}: layer", [table["layer"]], LAYERS)
    _check_known(f"{where}: onset", [table["onset"]], list(Onset))
    _check_span(where, table["start"], table["end"])
    _check_effect(where, table["effect"])
    return Incident(
        **{name: table[name] for name in ("id", "kind", "layer", "start", "end", "effect")},
        onset=Onset(table["onset"]),
        scope=_scope(where, table.get("scope", {})),
    )


def _scope(where: str, scope: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(scope, dict):
        raise InvalidValue(f"{where}: scope = {scope!r} must be a table such as {{ region = ['CN-SC'] }}")
    _check_known(f"{where}: scope", scope, SCOPES)
    for name, values in scope.items():
        if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
            example = values if isinstance(values, str) else SCOPES[name].known[0]
            raise InvalidValue(f"{where}: scope: {name} must be a list such as [{example!r}]")
        _check_known(f"{where}: scope: {name}", values, SCOPES[name].known)
    return {name: tuple(values) for name, values in scope.items()}


def _check_effect(where: str, effect: Any) -> None:
    if not isinstance(effect, dict) or not effect:
        raise InvalidValue(f"{where}: effect = {effect!r} must be a table such as {{ P101 = 0.5 }}")
    _check_known(f"{where}: effect", effect, (*CODES, CUT_OFF))
    for name, size in effect.items():
        if type(size) not in (int, float) or not 0 < size <= (200 if name == CUT_OFF else 1):
            raise InvalidValue(f"{where}: effect: {name} = {size!r} must be above 0 and at most 1 ({CUT_OFF}: 200)")


def _notice(path: Path, table: dict[str, Any]) -> Event:
    where = f"{path}: notice {table.get('id', '?')!r}"
    required = ("id", "start", "last", "kind", "en", "zh")
    _check_keys(where, table, (*required, "region"), required)
    _check_texts(where, table, ("id", "kind", "en", "zh", *(["region"] if table.get("region") else [])))
    _check_known(f"{where}: kind", [table["kind"]], EVENT_KINDS)
    _check_notice_span(where, table["start"], table["last"])
    region = table.get("region") or ""
    _check_known(f"{where}: region", [region] if region else [], load_places().regions)
    words = Words(en=table["en"], zh=table["zh"])
    return Event(table["id"], table["start"], table["last"], table["kind"], words, region)


def _check_span(where: str, start: object, end: object) -> None:
    if not (isinstance(start, datetime) and isinstance(end, datetime)) or start.tzinfo or end.tzinfo:
        raise InvalidValue(f"{where}: start and end must be local times such as 2026-03-10T00:00:00")
    if end <= start:
        raise InvalidValue(f"{where}: end {end} is not after start {start}")


def _check_notice_span(where: str, start: object, last: object) -> None:
    if not (isinstance(start, date) and isinstance(last, date)) or _zone(start) or _zone(last):
        raise InvalidValue(f"{where}: start and last must be dates or local times, without quotes")
    first = start if isinstance(start, datetime) else datetime.combine(start, time.min)
    end = last if isinstance(last, datetime) else datetime.combine(last, time.max)
    if end < first:
        raise InvalidValue(f"{where}: last {last} is before start {start}")


def _zone(moment: date) -> tzinfo | None:
    return moment.tzinfo if isinstance(moment, datetime) else None


def _check_texts(where: str, table: Mapping[str, Any], names: Collection[str]) -> None:
    for name in names:
        if not isinstance(table[name], str) or not table[name].strip():
            raise InvalidValue(f"{where}: {name} = {table[name]!r} must be a text that says something")


def _check_keys(where: str, table: Mapping[str, Any], known: Collection[str], required: Collection[str] = ()) -> None:
    _check_known(f"{where}: key", table, known)
    if missing := [name for name in required if name not in table]:
        raise InvalidValue(f"{where}: {missing[0]!r} is missing")


def _check_known(where: str, names: Collection[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise UnknownInScenario(where, name, known)


def _check_unique(path: Path, ids: list[str]) -> None:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            raise InvalidValue(f"{path}: incident {name!r} occurs twice")


class UnknownInScenario(RefusalLensError):
    """A scenario names something that does not exist; says in which file and under which key."""

    def __init__(self, where: str, name: str, known: Collection[str]) -> None:
        super().__init__(f"{where}: {UnknownName('name', name, [str(one) for one in known])}")
