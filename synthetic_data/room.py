"""Makes room for a world: keeps what the same world wrote before and takes away what another one did, no more."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.errors import InvalidValue
from etl.sources import log_files

MANIFEST = "manifest.json"
JOURNAL = "days.jsonl"
"""In the truth folder: a line for every day that is written, so that a stopped run goes on from there."""


def make_room(home: Path, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The days of this very world that are there already; an earlier, different one is removed.

    `facts` is what the manifest says of the world from the start. `InvalidValue`, and nothing is removed, where there
    is a log that no manifest lists or a calendar that was changed.
    """
    logs, calendar = home / "logs", home / "events.toml"
    for folder in (logs, home / "truth"):
        folder.mkdir(parents=True, exist_ok=True)
    before = _facts(logs)
    listed = _listed(before)
    _check_strangers(logs, before, listed)
    if calendar.exists() and sha256(calendar.read_bytes()).hexdigest() != before.get("events_sha256"):
        raise InvalidValue(f"{calendar} is not as a synthetic world wrote it; move it or give another --home")
    for name in listed:
        beside(logs / name).unlink(missing_ok=True)
    if all(before.get(name) == value for name, value in facts.items()):
        return [day for day in _journal(home) if _is_whole(logs, day)]
    _remove(home, listed)
    return []


def beside(path: Path) -> Path:
    """Where a file is written before it gets its final name."""
    return path.with_name(f".{path.name}.tmp")


def _check_strangers(logs: Path, before: Mapping[str, Any], listed: set[str]) -> None:
    strangers = [path for path in log_files(logs) if path.name not in listed]
    if strangers and not before:
        raise InvalidValue(f"{logs} holds logs that no synthetic world wrote; give the world a --home of its own")
    if strangers:
        raise InvalidValue(f"{strangers[0]} is not part of a synthetic world; move it or give another --home")


def _remove(home: Path, listed: set[str]) -> None:
    truth = home / "truth"
    told = [*truth.glob("attempts/attempts-*.parquet"), *truth.glob("dirty/dirty-*.parquet"), truth / JOURNAL]
    for path in [*(home / "logs" / name for name in listed), home / "events.toml", *told]:
        path.unlink(missing_ok=True)


def _journal(home: Path) -> list[dict[str, Any]]:
    """The lines that can be read: one may have been cut off, and the next written on behind it."""
    path = home / "truth" / JOURNAL
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return [day for day in map(_day, lines) if isinstance(day, dict)]


def _day(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_whole(logs: Path, day: Mapping[str, Any]) -> bool:
    path = logs / Path(str(day.get("file"))).name
    return path.is_file() and sha256(path.read_bytes()).hexdigest() == day.get("sha256")


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
