"""Makes a snapshot live, all at once or not at all, keeps the last three and clears what no kept one lists."""

import hashlib
import logging
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from etl import chunks, duck
from etl.build import Plan, build_snapshot, schema_version
from etl.chunks import Progress
from etl.errors import DamagedSnapshot, InvalidValue, RefusalLensError, RefusedToPublish, UnknownName
from etl.home import SNAPSHOT_ID, Home
from etl.manifest import LOAD_AGAIN, Manifest, read_manifest, verify_parts
from etl.snapshot import Snapshot

KEPT = 3
CLOCK = "%Y%m%dT%H%M%S%f"
logger = logging.getLogger(__name__)


def current_manifest(home: Home) -> Manifest:
    """The manifest of the live snapshot, or an empty one in a new home."""
    current = home.current_id()
    return read_manifest(home.manifest_path(current)) if current else Manifest()


def newest_readable(home: Home, problem: DamagedSnapshot) -> Manifest:
    """The newest manifest that can be read, where `problem` keeps the live one from it; says so on standard error."""
    for snapshot_id in reversed(home.snapshot_ids()):
        with suppress(DamagedSnapshot):
            manifest = read_manifest(home.manifest_path(snapshot_id))
            what = str(problem).split("; run:")[0]
            logger.warning("%s; building from snapshot %s: load again what came after it", what, snapshot_id)
            return manifest
    raise DamagedSnapshot(f"no manifest in {home.snapshots} can be read; {LOAD_AGAIN}") from problem


def publish(
    home: Home,
    manifest: Manifest,
    touched: frozenset[str],
    is_from_scratch: bool = False,
    on_progress: Progress = lambda done, total: None,
) -> str:
    """Build, check and publish the snapshot of `manifest`; its id. Whatever fails leaves the old snapshot live.

    What a large build has summed so far is kept where it is stopped, and removed where it fails.
    """
    home.snapshots.mkdir(parents=True, exist_ok=True)
    snapshot_id = _new_id(home, manifest)
    previous = None if is_from_scratch or manifest.rows_at else _mergeable(home, manifest)
    building = home.snapshots / f".building-{snapshot_id}.duckdb"
    try:
        _build(Plan(home, manifest, snapshot_id, building, previous, touched), on_progress)
        _check_written(building, snapshot_id)
        duck.sync(building)
        manifest = replace(manifest, snapshot_sha256=duck.sha256(building), parent=_live(home))
        building.rename(home.snapshot_path(snapshot_id))
    except (RefusalLensError, duckdb.IOException):
        chunks.clear(home)
        raise
    finally:
        for leftover in home.snapshots.glob(".building-*"):
            leftover.unlink()
    _write(home.manifest_path(snapshot_id), manifest.to_json())
    _write(home.current, snapshot_id)
    duck.sync(home.snapshots)
    duck.sync(home.root)
    clear(home)
    chunks.clear(home)
    return snapshot_id


def _check_written(building: Path, snapshot_id: str) -> None:
    """Open the finished file as a reader will: a full disk can cut it off without a word from the database."""
    written = Snapshot(building)
    if building.with_name(f"{building.name}.wal").exists() or written.id != snapshot_id:
        raise RefusedToPublish(f"{building} was not written whole; what was live before is still live")
    if not written.reconciliation().closes:
        raise RefusedToPublish(f"{building}: its rows do not close; what was live before is still live")


def roll_back(home: Home, snapshot_id: str | None = None) -> str:
    """Make an earlier snapshot live again: the one before the live one, or the one named; its id.

    What was loaded since is not in it and can be loaded again. Raises `UnknownName` or `InvalidValue` where there is
    no such snapshot, `DamagedSnapshot` where it cannot be read.
    """
    ids, target = home.snapshot_ids(), snapshot_id or current_manifest(home).parent
    if snapshot_id is not None and snapshot_id not in ids:
        raise UnknownName("snapshot", snapshot_id, ids)
    if target not in ids:
        raise InvalidValue(f"{home.root} keeps no snapshot before the live one; kept: {', '.join(ids) or 'none'}")
    manifest = read_manifest(home.manifest_path(target))
    verify_parts(home, manifest)
    if not _is_as_written(home, target, manifest):
        raise DamagedSnapshot(
            f"{home.snapshot_path(target)} was changed after it was published; kept: {', '.join(ids)}"
        )
    Snapshot(home.snapshot_path(target))
    _write(home.current, target)
    duck.sync(home.root)
    return target


def _build(plan: Plan, on_progress: Progress) -> None:
    """Build over the previous snapshot, or from the rows alone where that turns out to be damaged."""
    try:
        build_snapshot(plan, on_progress)
    except (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException) as problem:
        if plan.previous is None:
            raise
        logger.warning("%s cannot be read (%s); building from scratch", plan.previous, str(problem).splitlines()[0])
        plan.target.unlink(missing_ok=True)
        build_snapshot(replace(plan, previous=None), on_progress)


def clear(home: Home) -> None:
    """Remove what stopped runs left, all but the newest snapshots and the line of the live one, and unlisted parts.

    While a manifest of those cannot be read, nobody knows what it lists, and every part stays.
    """
    kept = {*home.snapshot_ids()[-KEPT:], *_line_of(home)}
    _clear_leftovers(home)
    for snapshot_id in _named(home) - kept:
        home.snapshot_path(snapshot_id).unlink(missing_ok=True)
        home.manifest_path(snapshot_id).unlink(missing_ok=True)
    try:
        listed = {part.path for snapshot_id in kept for part in read_manifest(home.manifest_path(snapshot_id)).parts}
    except DamagedSnapshot as problem:
        logger.warning("%s; no store part is cleared meanwhile", str(problem).split("; run:")[0])
        return
    for part in home.store.rglob("*.parquet"):
        if not part.is_relative_to(home.sums) and part.relative_to(home.root).as_posix() not in listed:
            part.unlink()


def _line_of(home: Home) -> list[str]:
    """The live snapshot and those it came from, as many as are kept."""
    line: list[str] = []
    at = home.current_id()
    while at is not None and len(line) < KEPT:
        line.append(at)
        at = _parent(home, at)
    return line


def _parent(home: Home, snapshot_id: str) -> str | None:
    """The snapshot that another one came from, where that is known and still kept."""
    with suppress(DamagedSnapshot):
        parent = read_manifest(home.manifest_path(snapshot_id)).parent
        return parent if parent in home.snapshot_ids() else None
    return None


def _clear_leftovers(home: Home) -> None:
    """Half-written files of runs that were stopped; only the writer calls this, so none of them is in use."""
    for leftover in (*home.snapshots.glob(".building-*"), *home.snapshots.glob(".snap-*.new")):
        leftover.unlink()
    home.current.with_name(f".{home.current.name}.new").unlink(missing_ok=True)
    for folder in home.store.glob(".staging-*"):
        shutil.rmtree(folder)
    shutil.rmtree(home.root / duck.SPILLED, ignore_errors=True)


def _named(home: Home) -> set[str]:
    """The ids of all snapshot files, with or without a manifest."""
    names = {path.stem.removeprefix("snap-") for path in home.snapshots.glob("snap-*")}
    return {name for name in names if SNAPSHOT_ID.fullmatch(name)}


def _new_id(home: Home, manifest: Manifest) -> str:
    """Unique and after every other, even where the clock was set back: the time, and what it was built from."""
    digest = hashlib.sha256(manifest.to_json().encode()).hexdigest()[:8]
    times = [datetime.strptime(name.split("-")[0], CLOCK).replace(tzinfo=UTC) for name in _named(home)]
    moment = max([datetime.now(UTC), *(time + timedelta(microseconds=1) for time in times)])
    return f"{moment:{CLOCK}}-{digest}"


def _mergeable(home: Home, manifest: Manifest) -> Path | None:
    """The live snapshot's file, when it is as it was written and its rollups have the shape that `manifest` needs."""
    current = home.current_id()
    if current is None:
        return None
    path = home.snapshot_path(current)
    try:
        stored = Snapshot(path).facts
        built_from = read_manifest(home.manifest_path(current))
    except DamagedSnapshot:
        return None
    if not _is_as_written(home, current, built_from):
        logger.warning("%s was changed after it was published; building from scratch", path)
        return None
    return path if stored.get("schema_version") == schema_version(manifest) else None


def _live(home: Home) -> str | None:
    """The id of the live snapshot; None where there is none, or its name is damaged."""
    with suppress(DamagedSnapshot):
        return home.current_id()
    return None


def _is_as_written(home: Home, snapshot_id: str, manifest: Manifest) -> bool:
    return manifest.snapshot_sha256 in (None, duck.sha256(home.snapshot_path(snapshot_id)))


def _write(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    duck.sync(temporary)
    temporary.replace(path)
