"""Makes room for a world: keeps what the same world wrote before and takes away what another one did, no more."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.errors import InvalidValue
from synthetic_data.day_files import JOURNAL, DayFile
from synthetic_data.files import beside, day_of, told_names

MANIFEST = "manifest.json"
TOLD_AT_ONCE = ("incidents.json", "overlaps.json", "total.json", "shifts.json", "applicants.parquet")
"""Of the truth, what is told of a world as a whole."""
TOLD_BY_DAY = ("attempts/attempts-*.parquet", "dirty/dirty-*.parquet")


def make_room(home: Path, facts: Mapping[str, Any]) -> list[DayFile]:
    """The days of this very world that are there already; an earlier, different one is removed.

    `facts` is what the manifest says of the world from the start. `InvalidValue`, and nothing is removed, where there
    is a log or a truth that no manifest and no journal lists, or a calendar that was changed.
    """
    logs, truth, calendar = home / "logs", home / "truth", home / "events.toml"
    for folder in (logs, truth):
        folder.mkdir(parents=True, exist_ok=True)
    before, journal = _facts(logs), list(_lines(truth / JOURNAL))
    listed = _listed(before)
    told = _told(listed | {str(line.get("file")) for line in journal})
    _check_strangers(logs, before, listed)
    _check_truth(truth, told)
    if calendar.exists() and sha256(calendar.read_bytes()).hexdigest() != before.get("events_sha256"):
        raise InvalidValue(f"{calendar} is not as a synthetic world wrote it; move it or give another --home")
    ours = [*(logs / name for name in listed), *(truth / name for name in told)]
    _remove(beside(path) for path in ours)
    if all(before.get(name) == value for name, value in facts.items()):
        return [day for line in journal if (day := DayFile.read(line)) and _is_whole(home, day)]
    _remove([*ours, calendar])
    return []


def finished_days(home: Path) -> int:
    """How many days a run that was stopped leaves."""
    return len({str(line.get("day")) for line in _lines(home / "truth" / JOURNAL)})


def _check_strangers(logs: Path, before: Mapping[str, Any], listed: set[str]) -> None:
    if {path.name for path in logs.iterdir()} <= {MANIFEST, *listed}:
        return
    from etl.sources import log_files  # with DuckDB, which a world in a folder of its own need not wait for

    strangers = [path for path in log_files(logs) if path.name not in listed]
    if strangers and not before:
        raise InvalidValue(f"{logs} holds logs that no synthetic world wrote; give the world a --home of its own")
    if strangers:
        raise InvalidValue(f"{strangers[0]} is not part of a synthetic world; move it or give another --home")


def _check_truth(truth: Path, told: set[str]) -> None:
    for path in (path for pattern in (*TOLD_BY_DAY, *TOLD_AT_ONCE, JOURNAL) for path in truth.glob(pattern)):
        if path.relative_to(truth).as_posix() not in told:
            raise InvalidValue(f"{path} is not of a synthetic world that is known here; move it or give another --home")


def _told(logs: set[str]) -> set[str]:
    """The truth that belongs to these logs; there is none where there are no logs."""
    by_day = {name for log in logs if (day := day_of(log)) for name in told_names(day)}
    return {*by_day, *TOLD_AT_ONCE, JOURNAL} if by_day else set()


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _lines(journal: Path) -> Iterator[dict[str, Any]]:
    """The lines that can be read: one may have been cut off, and the next written on behind it."""
    lines = journal.read_text(encoding="utf-8", errors="replace").splitlines() if journal.exists() else []
    return (day for day in map(_line, lines) if isinstance(day, dict))


def _line(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_whole(home: Path, day: DayFile) -> bool:
    """Whether every file of a day is there as it was written."""
    told = [home / "truth" / name for name in told_names(date.fromisoformat(day.day))]
    written = zip((home / "logs" / day.file, *told), (day.sha256, day.truth_sha256, day.labels_sha256), strict=True)
    return all(_hash(path) == known for path, known in written if known)


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _facts(logs: Path) -> dict[str, Any]:
    """The manifest of the world that lies there; nothing where there is none."""
    path = logs / MANIFEST
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict) or stored.get("synthetic") is not True:
        raise InvalidValue(f"{path} is not of a synthetic world; move it or give the world a --home of its own")
    return stored


def _listed(facts: Mapping[str, Any]) -> set[str]:
    """The files of a world; a name that leads out of the folder is no name of ours."""
    names = facts.get("files")
    return {name for name in names if name == Path(str(name)).name} if isinstance(names, list) else set()
