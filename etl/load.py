"""Loads log files into the store: which files are new, what became of their rows. Nothing goes live here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from etl import duck
from etl.catalogue.rules import Severity, load_rules
from etl.errors import RefusedToPublish
from etl.home import Home
from etl.intake import Intake, Tally
from etl.manifest import Load, LoadedFile, Manifest
from etl.profile import Profile, merged_words
from etl.settings import Limits
from etl.sources import Source, batches, find_sources

Progress = Callable[[int, int], None]
"""Called with the number of bytes done and of bytes in all."""

FEW = 100
"""Rows of a load below which the share of rows kept out says too little to stop it."""


@dataclass(frozen=True)
class Loaded:
    """A manifest that knows the new parts, what happened (None: nothing new), and the days whose rows changed."""

    manifest: Manifest
    load: Load | None
    touched: frozenset[str]


def load_files(
    home: Home, manifest: Manifest, paths: Sequence[Path | str], profile: Profile, progress: Progress
) -> Loaded:
    """Bring the files into the store. A file whose content was loaded before is passed over.

    Raises `UnreadableInput` for files that cannot be read and `RefusedToPublish` when not every row read is
    accounted for; in both cases nothing becomes live.
    """
    fresh = _fresh(find_sources(paths), manifest, profile)
    if not fresh:
        return Loaded(manifest, None, frozenset())
    intake = Intake(home, manifest, profile)
    _take_all(intake, fresh, progress)
    intake.finish()
    load = record(tuple(source.facts for source in fresh), profile, intake.tally)
    check_rows(load, intake.manifest)
    words = merged_words(manifest.words, profile.words)
    return Loaded(replace(intake.manifest, loads=(*manifest.loads, load), words=words), load, frozenset(intake.touched))


def _take_all(intake: Intake, sources: list[Source], progress: Progress) -> None:
    done, total = 0, sum(source.size for source in sources)
    with duck.staging_folder(intake.home.store) as staging:
        for batch in batches(sources, profile=intake.profile, staging=staging):
            progress(min(done, total), total)
            intake.take(batch)
            done += sum(source.size for source in batch)


def check_rows(load: Load, manifest: Manifest) -> None:
    """Raises `RefusedToPublish` where there is no row to publish then, or not every row read is accounted for."""
    if not manifest.days:
        raise RefusedToPublish(f"none of {load.rows_read} rows could be loaded ({_told(load)}); nothing was published")
    if not load.closes:
        raise RefusedToPublish(f"rows do not close: {load}; nothing was published")


def check_share(load: Load, limits: Limits, *, is_forced: bool) -> None:
    """Raises `RefusedToPublish` where more of the rows than the limit were kept out."""
    if is_forced or load.rows_read < FEW or load.share_kept_out <= limits.refuse_above:
        return
    raise RefusedToPublish(
        f"{load.quarantined:,} of {load.rows_read:,} rows break the contract ({_told(load)}), more than"
        f" {limits.refuse_above:.0%}; nothing was published. Look at them: python -m etl check PATH;"
        " publish all the same: --force"
    )


def warning(load: Load, limits: Limits) -> str:
    """One line where more of the rows than the analyst wants were kept out; empty otherwise."""
    if load.rows_read < FEW or load.share_kept_out <= limits.warn_above:
        return ""
    return f"{load.quarantined:,} of {load.rows_read:,} rows were kept out ({_told(load)}): python -m etl quarantine"


def _fresh(found: list[Source], manifest: Manifest, profile: Profile) -> list[Source]:
    """The first source of each content that this profile has not loaded before.

    Where names tell which file is newer, the same content under another name says that things are so again.
    """
    known = {_identity(file, profile) for load in manifest.loads if _reads_alike(load, profile) for file in load.files}
    fresh: dict[str, Source] = {}
    for source in found:
        fresh.setdefault(_identity(source.facts, profile), source)
    return [source for identity, source in fresh.items() if identity not in known]


def _identity(file: LoadedFile, profile: Profile) -> str:
    return f"{file.sha256} {file.name}" if profile.is_restated_by_order else file.sha256


def _reads_alike(load: Load, profile: Profile) -> bool:
    """Whether a load read its files as this profile would, or kept nothing out that another one could read."""
    return load.quarantined == 0 or load.profile_sha256 in (None, profile.sha256)


def _told(load: Load) -> str:
    """The rules that were broken, with counts, or that there was nothing to break them."""
    kept_out = {rule for rule, facts in load_rules().items() if facts.severity is Severity.QUARANTINE}
    return ", ".join(f"{rule}: {rows}" for rule, rows in load.broken.items() if rule in kept_out) or "no data row"


def record(files: tuple[LoadedFile, ...], profile: Profile, tally: Tally) -> Load:
    """What a load leaves in the manifest."""
    now = datetime.now(UTC)
    return Load(
        id=now.strftime("%Y%m%dT%H%M%SZ"),
        loaded_at=now.isoformat(timespec="seconds"),
        profile=profile.name,
        profile_sha256=profile.sha256,
        files=files,
        rows_read=tally.rows_read,
        loaded=tally.loaded,
        restated=tally.restated,
        duplicates=tally.duplicates,
        quarantined=tally.quarantined,
        broken=dict(sorted(tally.broken.items())),
        fixed=dict(sorted(tally.fixed.items())),
        unused=tuple(tally.unused),
    )
