"""Reads everything again that a live snapshot rests on: every part, its own file, and whether the sums are theirs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from etl import duck
from etl.errors import DamagedSnapshot
from etl.home import Home
from etl.manifest import ATTEMPTS, SUMS, Manifest, check_contents
from etl.publish import current_manifest
from etl.snapshot import open_snapshot

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Verified:
    """What was read again, and one line for each thing that is not as it was written."""

    snapshot_id: str
    parts: int
    rows: int
    problems: tuple[str, ...]


def verify(home: Home, progress: Progress) -> Verified:
    """Hold the live snapshot of a home against its manifest. Damage is told, not raised."""
    snapshot = open_snapshot(home.root)
    manifest = current_manifest(home)
    problems = [*_damaged_parts(home, manifest, progress), *_damaged_snapshot(home, manifest, snapshot.id)]
    if not problems:
        problems = list(_wrong_sums(home, manifest, snapshot.id))
    rows = sum(part.rows for part in manifest.of_kind(ATTEMPTS))
    return Verified(snapshot.id, len(manifest.parts), rows, tuple(problems))


def _damaged_parts(home: Home, manifest: Manifest, progress: Progress) -> Iterator[str]:
    for done, part in enumerate(manifest.parts):
        progress(done, len(manifest.parts))
        try:
            check_contents(home.root, [part])
        except DamagedSnapshot as problem:
            yield str(problem)


def _damaged_snapshot(home: Home, manifest: Manifest, snapshot_id: str) -> Iterator[str]:
    path = home.snapshot_path(snapshot_id)
    if manifest.snapshot_sha256 is not None and duck.sha256(path) != manifest.snapshot_sha256:
        yield f"{path} was changed after it was published; run: python -m etl build --from-scratch --home {home.root}"


def _wrong_sums(home: Home, manifest: Manifest, snapshot_id: str) -> Iterator[str]:
    """Days and outcomes whose attempts or amounts in the snapshot are not those of the rows."""
    with duck.workbench(home.root) as connection:
        duck.attach(connection, home.snapshot_path(snapshot_id), "published", read_only=True)
        _lay_totals(connection, home, manifest)
        duck.copy_table(connection, "published.control_totals", "published_totals")
        for day, outcome, attempts, published in duck.rows_of(connection, "verify", "totals_differ"):
            yield f"{day} {outcome}: {attempts} rows in the store, {published} in snapshot {snapshot_id}"


def _lay_totals(connection: duck.Connection, home: Home, manifest: Manifest) -> None:
    """The control totals of the rows, or where these lie elsewhere, those that came from there."""
    totals = "control_totals"
    kind = f"{SUMS}/{totals}" if manifest.rows_at else ATTEMPTS
    paths = [home.root / part.path for part in manifest.of_kind(kind)]
    duck.open_parts(connection, totals if manifest.rows_at else ATTEMPTS, paths)
    if not manifest.rows_at:
        duck.make(connection, "rollups", totals)
