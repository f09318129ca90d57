"""Makes room for a world: takes away what an earlier one wrote, and stops at anything that it did not write."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.errors import InvalidValue
from etl.sources import log_files

MANIFEST = "manifest.json"


def make_room(home: Path) -> None:
    """Removes an earlier world's logs and calendar, as its manifest lists them.

    `InvalidValue`, and nothing is removed, where there is a log that no manifest lists or a calendar that was changed.
    """
    logs, calendar = home / "logs", home / "events.toml"
    logs.mkdir(parents=True, exist_ok=True)
    facts = _facts(logs)
    listed = _listed(facts)
    strangers = [path for path in log_files(logs) if path.name not in listed]
    if strangers and not facts:
        raise InvalidValue(f"{logs} holds logs that no synthetic world wrote; give the world a --home of its own")
    if strangers:
        raise InvalidValue(f"{strangers[0]} is not part of a synthetic world; move it or give another --home")
    if calendar.exists() and sha256(calendar.read_bytes()).hexdigest() != facts.get("events_sha256"):
        raise InvalidValue(f"{calendar} is not as a synthetic world wrote it; move it or give another --home")
    for name in listed:
        (logs / name).unlink(missing_ok=True)
        beside(logs / name).unlink(missing_ok=True)
    calendar.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Where a file is written before it gets its final name."""
    return path.with_name(f".{path.name}.tmp")


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


def _listed(facts: dict[str, Any]) -> set[str]:
    """The files of a world; a name that leads out of the folder is no name of ours."""
    names = facts.get("files")
    return {name for name in names if name == Path(str(name)).name} if isinstance(names, list) else set()
