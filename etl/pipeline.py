"""The two ways to a new snapshot: add files, or build again what the home already has. One writer at a time."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.errors import DamagedSnapshot, InvalidValue, NoSnapshot
from etl.home import Home
from etl.load import Loaded, Progress, load_files
from etl.manifest import Load, Manifest
from etl.notes import read_notes
from etl.profile import CONTRACT, Profile, load_profile
from etl.publish import current_manifest, publish, writing
from etl.sources import log_files


@dataclass(frozen=True)
class Result:
    """The snapshot that is live now, and the load that led to it (None: no file was new)."""

    snapshot_id: str
    load: Load | None


def add_files(
    home: Home,
    paths: list[Path],
    profile: Profile,
    on_progress: Progress,
    as_of: str | None = None,
) -> Result:
    """Load files into a home and publish. Synthetic and real rows never share a home.

    `as_of` is until when the log is complete, a local ISO time; else what the source's notes say, else the last known.
    """
    with writing(home):
        loaded = _load_new(home, current_manifest(home), paths, profile, on_progress, as_of)
        return _published(home, loaded, is_from_scratch=False)


def rebuild(home: Home, is_from_scratch: bool, on_progress: Progress) -> Result:
    """Load what is new in the home's logs folder and publish again, also over a damaged snapshot."""
    with writing(home):
        manifest = current_manifest(home)
        loaded = Loaded(manifest, None, frozenset())
        if home.logs.is_dir() and log_files(home.logs):
            loaded = _load_new(home, manifest, [home.logs], load_profile(CONTRACT), on_progress, None)
        elif not manifest.loads:
            raise NoSnapshot(f"nothing to build in {home.root}; run: python -m etl load PATH --home {home.root}")
        return _published(home, loaded, is_from_scratch)


def _load_new(
    home: Home, manifest: Manifest, paths: list[Path], profile: Profile, on_progress: Progress, as_of: str | None
) -> Loaded:
    """Load what is new, with what the source says of itself; `InvalidValue` where that does not fit the home."""
    notes = read_notes(paths)
    if manifest.loads and manifest.is_synthetic != notes.is_synthetic:
        held = "a synthetic world" if manifest.is_synthetic else "a real log"
        raise InvalidValue(f"{home.root} holds {held}; load into a home of its own with --home OTHER_FOLDER")
    verify_parts(home, manifest)
    declared = _declared(as_of or notes.complete_until, manifest.business_zone)
    noted = replace(manifest, is_synthetic=notes.is_synthetic, as_of=declared)
    loaded = load_files(home, noted, paths, profile, on_progress)
    is_unchanged = loaded.load is None and declared is None
    return replace(loaded, manifest=manifest) if is_unchanged else loaded


def verify_parts(home: Home, manifest: Manifest) -> None:
    """Raises `DamagedSnapshot` where a store part is missing or has another size than the manifest says."""
    for part in manifest.parts:
        path = home.root / part.path
        if not path.exists() or path.stat().st_size != part.bytes:
            raise DamagedSnapshot(
                f"{path} is missing or changed; load the logs again into a new home with --home OTHER_FOLDER"
            )


def _published(home: Home, loaded: Loaded, is_from_scratch: bool) -> Result:
    verify_parts(home, loaded.manifest)
    return Result(publish(home, loaded.manifest, loaded.touched, is_from_scratch), loaded.load)


def _declared(as_of: str | None, zone: str) -> str | None:
    """The moment in the business zone; a time with its own offset is converted to it."""
    if as_of is None:
        return None
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError as problem:
        raise InvalidValue(f"--as-of {as_of!r} is no time; write 2026-11-01 or 2026-11-01T08:00") from problem
    return (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment.tzinfo else moment).isoformat()
