"""The two ways to a new snapshot: add files, or build again what the home already has. One writer at a time."""

from dataclasses import dataclass, replace
from pathlib import Path

from etl.errors import DamagedSnapshot, InvalidValue, NoSnapshot
from etl.home import Home
from etl.load import Loaded, Progress, load_files
from etl.lock import writing
from etl.manifest import LOAD_AGAIN, Load, Manifest, local_time
from etl.notes import Notes, read_notes
from etl.profile import CONTRACT, Profile, load_profile
from etl.publish import current_manifest, newest_readable, publish
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

    `as_of` is until when the log is complete, a local ISO time; else what the source's notes say. The latest one holds.
    """
    with writing(home):
        loaded = _load_new(home, current_manifest(home), paths, profile, on_progress, as_of)
        return _published(home, loaded, is_from_scratch=False)


def rebuild(home: Home, is_from_scratch: bool, on_progress: Progress) -> Result:
    """Load what is new in the home's logs folder and publish again, also over a damaged snapshot."""
    with writing(home):
        try:
            manifest = current_manifest(home)
        except DamagedSnapshot as problem:
            manifest, is_from_scratch = newest_readable(home, problem), True
        loaded = Loaded(manifest, None, frozenset())
        if home.logs.is_dir() and log_files(home.logs):
            loaded = _load_new(home, manifest, [home.logs], load_profile(CONTRACT), on_progress, None)
        elif not manifest.loads:
            raise NoSnapshot(f"nothing to build in {home.root}; run: python -m etl load PATH --home {home.root}")
        return _published(home, loaded, is_from_scratch)


def check_source(home: Home, manifest: Manifest, notes: Notes) -> None:
    """Raises `InvalidValue` where a source with these notes must not go into a home that has that manifest."""
    if not manifest.loads:
        return
    if manifest.is_synthetic != notes.is_synthetic:
        held = "a synthetic world" if manifest.is_synthetic else "a real log"
        raise InvalidValue(f"{home.root} holds {held}; load into a home of its own with --home OTHER_FOLDER")
    if manifest.source_id != notes.source_id:
        raise InvalidValue(f"{home.root}: this home holds another world; use --home OTHER_FOLDER")


def _load_new(
    home: Home, manifest: Manifest, paths: list[Path], profile: Profile, on_progress: Progress, as_of: str | None
) -> Loaded:
    """Load what is new, with what the source says of itself; `InvalidValue` where that does not fit the home."""
    notes = read_notes(paths)
    check_source(home, manifest, notes)
    verify_parts(home, manifest)
    declared = _latest(manifest, as_of or notes.complete_until)
    noted = replace(manifest, is_synthetic=notes.is_synthetic, source_id=notes.source_id, as_of=declared)
    return load_files(home, noted, paths, profile, on_progress)


def verify_parts(home: Home, manifest: Manifest) -> None:
    """Raises `DamagedSnapshot` where a store part is missing or has another size than the manifest says."""
    for part in manifest.parts:
        path = home.root / part.path
        if not path.exists() or path.stat().st_size != part.bytes:
            raise DamagedSnapshot(f"{path} is missing or changed; {LOAD_AGAIN}")


def _published(home: Home, loaded: Loaded, is_from_scratch: bool) -> Result:
    verify_parts(home, loaded.manifest)
    return Result(publish(home, loaded.manifest, loaded.touched, is_from_scratch), loaded.load)


def _latest(manifest: Manifest, declared: str | None) -> str | None:
    """The later of what is known and what is declared now, as a local time: a log never becomes less complete."""
    try:
        moments = [local_time(declared, manifest.business_zone)] if declared else []
    except (ValueError, OverflowError) as problem:
        raise InvalidValue(f"--as-of {declared!r} is no time; write 2026-11-01 or 2026-11-01T08:00") from problem
    known = [manifest.complete_until] if manifest.complete_until else []
    return max([*moments, *known]).isoformat() if moments or known else None
