"""Makes a snapshot live, all at once or not at all, keeps the last three and clears what no kept one lists."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from etl import duck
from etl.build import Plan, build_snapshot, schema_version
from etl.errors import DamagedSnapshot, InvalidValue
from etl.home import Home
from etl.manifest import Manifest, read_manifest
from etl.snapshot import Snapshot

KEPT = 3


@contextmanager
def writing(home: Home) -> Iterator[None]:
    """Only one process writes to a home at a time; a second one is told so at once."""
    home.root.mkdir(parents=True, exist_ok=True)
    with home.lock.open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise InvalidValue(
                f"another load or build is writing to {home.root}; wait for it and run this again"
            ) from problem
        yield


def current_manifest(home: Home) -> Manifest:
    """The manifest of the live snapshot, or an empty one in a new home."""
    current = home.current_id()
    return read_manifest(home.manifest_path(current)) if current else Manifest()


def publish(home: Home, manifest: Manifest, touched: frozenset[str], is_from_scratch: bool = False) -> str:
    """Build, check and publish the snapshot of `manifest`; its id. Whatever fails leaves the old snapshot live."""
    home.snapshots.mkdir(parents=True, exist_ok=True)
    snapshot_id = _new_id(manifest)
    previous = None if is_from_scratch else _mergeable(home)
    building = home.snapshots / f".building-{snapshot_id}.duckdb"
    try:
        build_snapshot(Plan(home, manifest, snapshot_id, building, previous, touched))
        duck.sync(building)
        building.rename(home.snapshot_path(snapshot_id))
    finally:
        for leftover in home.snapshots.glob(".building-*"):
            leftover.unlink()
    _write(home.manifest_path(snapshot_id), manifest.to_json())
    _write(home.current, snapshot_id)
    duck.sync(home.snapshots)
    duck.sync(home.root)
    clear(home)
    return snapshot_id


def clear(home: Home) -> None:
    """Remove all but the newest snapshots, and the store parts that none of those lists."""
    manifests = sorted(home.snapshots.glob("snap-*.json"))
    for path in manifests[:-KEPT]:
        path.with_suffix(".duckdb").unlink(missing_ok=True)
        path.unlink()
    listed = {part.path for path in manifests[-KEPT:] for part in read_manifest(path).parts}
    for part in home.store.rglob("*.parquet"):
        if part.relative_to(home.root).as_posix() not in listed:
            part.unlink()


def _new_id(manifest: Manifest) -> str:
    """Unique and in order of time: the clock, and what it was built from."""
    digest = hashlib.sha256(manifest.to_json().encode()).hexdigest()[:8]
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest}"


def _mergeable(home: Home) -> Path | None:
    """The live snapshot's file, when its rollups have today's shape and it can be read."""
    current = home.current_id()
    if current is None:
        return None
    path = home.snapshot_path(current)
    try:
        stored = Snapshot(path).facts
    except DamagedSnapshot:
        return None
    return path if stored.get("schema_version") == schema_version() else None


def _write(path: Path, text: str) -> None:
    """Replace a small file in one step."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    duck.sync(temporary)
    temporary.replace(path)
