"""The home folder: where logs, store and snapshots lie, and which snapshot is live."""

import re
from dataclasses import dataclass
from pathlib import Path

from etl.errors import DamagedSnapshot

SNAPSHOT_ID = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Home:
    """Paths below a home folder. Making one touches nothing on disk."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def sums(self) -> Path:
        """What a large build has summed so far."""
        return self.store / ".sums"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def current(self) -> Path:
        return self.root / "CURRENT"

    @property
    def events(self) -> Path:
        return self.root / "events.toml"

    @property
    def outlines(self) -> Path:
        """The lender's own map."""
        return self.root / "regions.geojson"

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def schemes(self) -> Path:
        """The lender's own code lists."""
        return self.root / "schemes"

    @property
    def hash_key(self) -> Path:
        """The secret that identifiers are hashed with."""
        return self.root / "hash.key"

    @property
    def lock(self) -> Path:
        return self.root / "writer.lock"

    def snapshot_path(self, snapshot_id: str) -> Path:
        return self.snapshots / f"snap-{snapshot_id}.duckdb"

    def manifest_path(self, snapshot_id: str) -> Path:
        return self.snapshots / f"snap-{snapshot_id}.json"

    def snapshot_ids(self) -> list[str]:
        """The ids that have a manifest, the oldest first."""
        names = (path.stem.removeprefix("snap-") for path in self.snapshots.glob("snap-*.json"))
        return sorted(name for name in names if SNAPSHOT_ID.fullmatch(name))

    def current_id(self) -> str | None:
        """The id of the live snapshot, or None where nothing was published.

        Raises `DamagedSnapshot` where CURRENT names no snapshot although something was published.
        """
        named = self.current.read_bytes() if self.current.exists() else b""
        current = named.decode("utf-8", errors="replace").strip()
        if SNAPSHOT_ID.fullmatch(current):
            return current
        if not current and not self.snapshot_ids():
            return None
        raise DamagedSnapshot(f"{self.current} names no snapshot; run: python -m etl build --home {self.root}")
