"""The ways to a new snapshot: add files, or build again what the home already has; and what trying it would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from etl.catalogue.own import keep_schemes
from etl.errors import DamagedSnapshot, InvalidValue, NoSnapshot, RefusedToPublish
from etl.home import Home
from etl.load import Loaded, Progress, check_share, load_files, warning
from etl.manifest import QUARANTINE, Load, Manifest, local_time, verify_parts
from etl.mended import with_entries
from etl.notes import Notes, read_notes
from etl.profile import CONTRACT, Profile, load_profile
from etl.publish import current_manifest, newest_readable, publish
from etl.quarantine import rows_kept_out
from etl.settings import DEFAULT_ZONE, Settings, read_settings
from etl.sources import log_files
from etl.traces import publishing, trying

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 20
"""Rows kept out that a trial shows."""


@dataclass(frozen=True)
class Result:
    """The snapshot that is live now, the load that led to it (None: no file was new), what to look at in it."""

    snapshot_id: str
    load: Load | None
    warning: str = ""


def add_files(
    home: Home,
    paths: Sequence[Path | str],
    profile: Profile,
    on_progress: Progress,
    as_of: str | None = None,
    *,
    is_forced: bool = False,
) -> Result:
    """Load files into a home and publish. Synthetic and real rows never share a home.

    `as_of` is until when the log is complete, a local ISO time; else what the source's notes say. The latest one holds.
    `is_forced` publishes whatever share of the rows was kept out.
    """
    with publishing(home):
        loaded = _load_new(home, current_manifest(home), paths, profile, on_progress, as_of)
        if loaded.load:
            check_share(loaded.load, read_settings(home).limits, is_forced=is_forced)
        keep_schemes(home, list(profile.code_lists))
        return _published(home, loaded, on_progress, is_from_scratch=False)


@dataclass(frozen=True)
class Trial:
    """What loading would do (None: no file is new), the first rows that would be kept out, and what would stop it."""

    load: Load | None
    rows_kept_out: pd.DataFrame
    objection: str = ""


def try_files(home: Home, paths: Sequence[Path | str], profile: Profile, on_progress: Progress) -> Trial:
    """Do everything that loading the files into the home does but publish. The home stays as it was."""
    with trying(home):
        known = current_manifest(home)
        loaded = _load_new(home, known, paths, profile, on_progress, None)
        parts = set(loaded.manifest.of_kind(QUARANTINE)) - set(known.of_kind(QUARANTINE))
        kept_out = rows_kept_out([home.root / part.path for part in sorted(parts, key=str)], MOST_SHOWN)
        return Trial(loaded.load, kept_out, _objection(home, loaded.load))


def _objection(home: Home, load: Load | None) -> str:
    try:
        if load is not None:
            check_share(load, read_settings(home).limits, is_forced=False)
    except RefusedToPublish as problem:
        return str(problem)
    return ""


def rebuild(home: Home, is_from_scratch: bool, on_progress: Progress) -> Result:
    """Load what is new in the home's logs folder and publish again, also over a damaged snapshot."""
    with publishing(home):
        try:
            manifest = current_manifest(home)
        except DamagedSnapshot as problem:
            manifest, is_from_scratch = newest_readable(home, problem), True
        loaded = Loaded(manifest, None, frozenset())
        if home.logs.is_dir() and log_files(home.logs):
            loaded = _load_new(home, manifest, [home.logs], load_profile(CONTRACT), on_progress, None)
        elif not manifest.loads:
            raise NoSnapshot(f"nothing to build in {home.root}; run: python -m etl load PATH --home {home.root}")
        return _published(home, loaded, on_progress, is_from_scratch=is_from_scratch)


def check_source(home: Home, manifest: Manifest, notes: Notes) -> None:
    """Raises `InvalidValue` where a source with these notes must not go into a home that has that manifest."""
    if not manifest.loads:
        return
    if manifest.rows_at:
        raise InvalidValue(
            f"{home.root} holds sums that Spark made of {manifest.rows_at}; build them again with --engine spark, or"
            " load into a home of its own with --home OTHER_FOLDER"
        )
    if manifest.is_synthetic != notes.is_synthetic:
        held = "a synthetic world" if manifest.is_synthetic else "a real log"
        raise InvalidValue(f"{home.root} holds {held}; load into a home of its own with --home OTHER_FOLDER")
    if manifest.source_id != notes.source_id:
        raise InvalidValue(f"{home.root}: this home holds another world; use --home OTHER_FOLDER")


def _load_new(
    home: Home,
    manifest: Manifest,
    paths: Sequence[Path | str],
    profile: Profile,
    on_progress: Progress,
    as_of: str | None,
) -> Loaded:
    """Load what is new, with what the source says of itself; `InvalidValue` where that does not fit the home."""
    notes = read_notes([Path(path) for path in paths])
    check_source(home, manifest, notes)
    verify_parts(home, manifest)
    zoned = replace(manifest, business_zone=zone_of(home, manifest, read_settings(home), profile))
    declared = _latest(zoned, as_of or notes.complete_until)
    noted = replace(zoned, is_synthetic=notes.is_synthetic, source_id=notes.source_id, as_of=declared)
    return load_files(home, noted, paths, profile, on_progress)


def zone_of(home: Home, manifest: Manifest, settings: Settings, profile: Profile) -> str:
    """The zone that days are cut in, which the first load decides."""
    if not manifest.loads:
        return settings.business_zone or profile.zone or DEFAULT_ZONE
    if settings.business_zone not in (None, manifest.business_zone):
        raise InvalidValue(
            f"{home.settings}: business_zone is {settings.business_zone}, but the days in {home.root} are cut in"
            f" {manifest.business_zone}; set it back, or load the logs again with --home OTHER_FOLDER"
        )
    return manifest.business_zone


def published_id(
    home: Home, manifest: Manifest, touched: frozenset[str], on_progress: Progress, *, is_from_scratch: bool
) -> str:
    """Publish what the parts of a manifest hold, with what they keep out listed; the id of the snapshot."""
    verify_parts(home, manifest)
    return publish(home, with_entries(home, manifest), touched, is_from_scratch, on_progress)


def _published(home: Home, loaded: Loaded, on_progress: Progress, *, is_from_scratch: bool) -> Result:
    snapshot_id = published_id(home, loaded.manifest, loaded.touched, on_progress, is_from_scratch=is_from_scratch)
    return Result(snapshot_id, loaded.load, warning(loaded.load, read_settings(home).limits) if loaded.load else "")


def _latest(manifest: Manifest, declared: str | None) -> str | None:
    """The later of what is known and what is declared now, as a local time: a log never becomes less complete."""
    try:
        moments = [local_time(declared, manifest.business_zone)] if declared else []
    except (ValueError, OverflowError) as problem:
        raise InvalidValue(f"--as-of {declared!r} is no time; write 2026-11-01 or 2026-11-01T08:00") from problem
    known = [manifest.complete_until] if manifest.complete_until else []
    return max([*moments, *known]).isoformat() if moments or known else None
