"""The home folder: where logs, store and snapshots lie, and which snapshot is live."""

from dataclasses import dataclass
from pathlib import Path


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
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def current(self) -> Path:
        return self.root / "CURRENT"

    @property
    def events(self) -> Path:
        return self.root / "events.toml"

    @property
    def lock(self) -> Path:
        return self.root / "writer.lock"

    def snapshot_path(self, snapshot_id: str) -> Path:
        return self.snapshots / f"snap-{snapshot_id}.duckdb"

    def manifest_path(self, snapshot_id: str) -> Path:
        return self.snapshots / f"snap-{snapshot_id}.json"

    def current_id(self) -> str | None:
        """The id of the live snapshot, or None where nothing was published."""
        if not self.current.exists():
            return None
        return self.current.read_text(encoding="utf-8").strip() or None
