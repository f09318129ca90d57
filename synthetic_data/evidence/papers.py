"""What a world says of itself: the manifest, the journal of its days, what was planted, and what all that came to."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from etl.errors import InvalidValue, UnreadableInput
from synthetic_data.comparison import Sums
from synthetic_data.day_files import JOURNAL
from synthetic_data.evidence import told
from synthetic_data.evidence.rows import TEXTS
from synthetic_data.evidence.told import Entry, Kind
from synthetic_data.incidents import CUT_OFF, JOINT, Incident, Onset
from synthetic_data.room import MANIFEST
from synthetic_data.scenario import scenario_names
from synthetic_data.shifts import SHIFT_SCOPES, Shift

SUM_NAMES = tuple(Sums.__dataclass_fields__)


@dataclass(frozen=True)
class Listed:
    """A day as the manifest and the journal list it; the hash of a file that there is none of is empty."""

    day: date
    file: str
    rows: int
    refusals: int
    sha256: str
    truth_sha256: str
    labels_sha256: str
    digest: str


@dataclass(frozen=True)
class Noted:
    """A day as the journal notes it, with what incidents did."""

    listed: Listed
    sums: Mapping[str, Sums]


@dataclass(frozen=True)
class Manifest:
    """What the manifest says; `command` makes the same world again, or goes on with it."""

    first: date
    last: date
    rows: int
    dirty: float
    files: tuple[str, ...]
    events_sha256: str
    days: tuple[Listed, ...]
    command: str

    @property
    def advice(self) -> str:
        return f"mend it: {self.command}"


def _sums(value: Any) -> dict[str, Sums]:
    return {str(name): _sums_of(one) for name, one in value.items()}


def _sums_of(value: Any) -> Sums:
    return Sums(**{name: told.WHOLE.read(number) for name, number in value.items()})


SUMS_BY_NAME = Kind("sums for each incident", _sums)
ONSET = Kind(f"one of {', '.join(Onset)}", lambda value: Onset(value))


def read_manifest(home: Path) -> Manifest:
    """`UnreadableInput` where there is no world, `InvalidValue` where it is not finished."""
    path, make = home / "logs" / MANIFEST, f"python -m synthetic_data --home {shlex.quote(str(home))}"
    if not path.exists():
        raise UnreadableInput(f"{home}: no synthetic world; make one: {make}")
    entry = told.read_entry(path, f"make a world in another folder: {make}-again")
    if entry.values.get("synthetic") is not True:
        raise UnreadableInput(f"{home}: no synthetic world; make one in another folder: {make}-again")
    first, last = entry.get("first_day", told.DAY), entry.get("last_day", told.DAY)
    files = entry.get("files", told.NAMES)
    command = make + _options(entry, (last - first).days + 1, files)
    if not entry.get("is_complete", told.YES_OR_NO):
        raise InvalidValue(f"{home}: this world was not finished; go on with it: {command}")
    return Manifest(
        first=first,
        last=last,
        rows=entry.get("rows", told.COUNT),
        dirty=entry.get("dirty", told.SHARE),
        files=files,
        events_sha256=entry.get("events_sha256", told.TEXT),
        days=tuple(map(_listed, entry.entries("days"))),
        command=command,
    )


def _options(entry: Entry, days: int, files: tuple[str, ...]) -> str:
    """What was asked for, as the generator reads it; of a scenario of somebody's own only the name is known."""
    scenario = entry.get("scenario", told.TEXT)
    is_shipped = scenario in scenario_names()
    asked = {
        "days": days,
        "attempts": entry.get("attempts_asked_for", told.COUNT),
        "seed": entry.get("seed", told.COUNT),
        "end": entry.get("last_day", told.DAY),
        "scenario": scenario if is_shipped else f"{scenario}.toml",
        "dirty": entry.get("dirty", told.SHARE),
        "format": Path(files[0]).suffix[1:] if files else "parquet",
    }
    options = "".join(f" --{name} {shlex.quote(str(value))}" for name, value in asked.items())
    return options if is_shipped else f"{options} (give the path of {scenario}.toml, which is not one of ours)"


def _listed(entry: Entry) -> Listed:
    return Listed(
        day=entry.get("day", told.DAY),
        file=entry.get("file", told.FILE),
        rows=entry.get("rows", told.COUNT),
        refusals=entry.get("refusals", told.COUNT),
        sha256=entry.get("sha256", told.TEXT),
        truth_sha256=entry.get("truth_sha256", told.TEXT),
        labels_sha256=entry.get("labels_sha256", told.TEXT),
        digest=entry.get("digest", told.TEXT),
    )


def read_journal(home: Path, advice: str) -> dict[date, Noted]:
    """The last line of each day that can be read: a day may have been made again."""
    return {noted.listed.day: noted for noted in _noted(home / "truth" / JOURNAL, advice)}


def _noted(path: Path, advice: str) -> Iterator[Noted]:
    for entry in told.read_lines(path, advice):
        try:
            sums = entry.get("sums", SUMS_BY_NAME)
            yield Noted(_listed(entry), sums)
        except (UnreadableInput, AttributeError):
            continue


def read_incidents(home: Path, advice: str) -> tuple[tuple[Incident, Sums], ...]:
    """Each incident with what it is told to have done."""
    entries = told.read_entries(home / "truth" / "incidents.json", advice)
    return tuple((_incident(entry), _told_sums(entry)) for entry in entries)


def read_overlaps(home: Path, advice: str) -> dict[str, Sums]:
    entries = told.read_entries(home / "truth" / "overlaps.json", advice)
    joined = (JOINT.join(names) for names in (entry.get("incidents", told.NAMES) for entry in entries))
    return dict(zip(joined, map(_told_sums, entries), strict=True))


def read_total(home: Path, advice: str) -> Sums:
    return _told_sums(told.read_entry(home / "truth" / "total.json", advice))


def read_shifts(home: Path, advice: str) -> tuple[Shift, ...]:
    return tuple(map(_shift, told.read_entries(home / "truth" / "shifts.json", advice)))


def _told_sums(entry: Entry) -> Sums:
    return Sums(**{name: entry.get(name, told.WHOLE) for name in SUM_NAMES})


def _incident(entry: Entry) -> Incident:
    effect, onset = entry.get("intended_effect", told.SIZES), entry.get("onset", ONSET)
    if not all(0 <= size <= (1 if name != CUT_OFF else 1_000) for name, size in effect.items()):
        raise entry.wrong("intended_effect must hold chances between 0 and 1")
    return Incident(
        id=entry.get("id", told.TEXT),
        kind=entry.get("kind", told.TEXT),
        layer=entry.get("layer", told.TEXT),
        **_span(entry),
        onset=onset,
        effect=effect,
        scope=_scope(entry, TEXTS),
    )


def _shift(entry: Entry) -> Shift:
    return Shift(
        id=entry.get("id", told.TEXT),
        kind=entry.get("kind", told.TEXT),
        **_span(entry),
        factor=entry.get("factor", told.NUMBER),
        scope=_scope(entry, tuple(SHIFT_SCOPES)),
        channel=entry.get("channel", told.TEXT_OR_NOTHING),
    )


def _span(entry: Entry) -> dict[str, datetime]:
    span = {name: entry.get(name, told.MOMENT) for name in ("start", "end")}
    if span["start"] >= span["end"]:
        raise entry.wrong("start must be before end")
    return span


def _scope(entry: Entry, known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    scope = entry.get("scope", told.SCOPE)
    strange = [name for name in scope if name not in known]
    if strange:
        raise entry.wrong(f"scope: unknown key {strange[0]!r}; known: {', '.join(known)}")
    return scope
