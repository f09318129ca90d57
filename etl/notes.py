"""What a source says of itself in the `manifest.json` beside its files: is it invented, until when is it complete."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from etl.errors import UnreadableInput

NOTES = "manifest.json"


@dataclass(frozen=True)
class Notes:
    """`complete_until` is a local time in ISO form, or None where the source does not say."""

    is_synthetic: bool = False
    complete_until: str | None = None


def read_notes(paths: list[Path]) -> Notes:
    """The notes beside the log files; several folders must agree on being invented or not."""
    folders = {path if path.is_dir() else path.parent for path in paths}
    found = [_read(folder / NOTES) for folder in sorted(folders) if (folder / NOTES).exists()]
    if len({notes.is_synthetic for notes in found}) > 1:
        raise UnreadableInput("some of these logs are synthetic and some are not; load them into homes of their own")
    ends = [notes.complete_until for notes in found if notes.complete_until]
    return Notes(any(notes.is_synthetic for notes in found), max(ends, default=None))


def _read(path: Path) -> Notes:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        last = stored.get("last_day") if stored.get("is_complete") else None
        until = (date.fromisoformat(last) + timedelta(days=1)).isoformat() if last else None
        return Notes(bool(stored.get("synthetic")), until)
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem}") from problem
