"""What a source says of itself in the `manifest.json` beside its files: is it invented, until when is it complete."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from etl.errors import UnreadableInput

NOTES = "manifest.json"


@dataclass(frozen=True)
class Notes:
    """`complete_until` is a local time in ISO form, or None where the source does not say.

    `source_id` tells invented worlds apart, whose attempt ids are alike; a real log has none.
    """

    is_synthetic: bool = False
    complete_until: str | None = None
    source_id: str | None = None


def read_notes(paths: list[Path]) -> Notes:
    """The notes beside the log files; several folders must agree on being invented or not, and on the world."""
    folders = {path if path.is_dir() else path.parent for path in paths}
    found = [_read(folder / NOTES) for folder in sorted(folders)]
    if len({notes.is_synthetic for notes in found}) > 1:
        raise UnreadableInput("some of these logs are synthetic and some are not; load them into homes of their own")
    if len({notes.source_id for notes in found}) > 1:
        raise UnreadableInput("these logs are of several synthetic worlds; load them into homes of their own")
    ends = [notes.complete_until for notes in found if notes.complete_until]
    return replace(found[0], complete_until=max(ends, default=None)) if found else Notes()


def promised_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of the files of a folder by their names, as its notes promise them; nothing where they do not."""
    try:
        stored = json.loads((folder / NOTES).read_text(encoding="utf-8"))
        return {str(day["file"]): str(day["sha256"]) for day in stored["days"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _read(path: Path) -> Notes:
    """The notes in a file; none where there is no file."""
    if not path.exists():
        return Notes()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(stored, dict):
            raise UnreadableInput(f"{path} is not what a log says of itself; move it out of the folder")
        return noted(stored)
    except (OSError, ValueError, TypeError, OverflowError, RecursionError) as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem}") from problem


def noted(stored: dict[str, Any]) -> Notes:
    """What the JSON of such a file says. Raises as a wrong date does."""
    last = stored.get("last_day") if stored.get("is_complete") else None
    until = (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else None
    source_id = stored.get("world_id")
    return Notes(stored.get("synthetic") is True, until, None if source_id is None else str(source_id))
