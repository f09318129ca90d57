"""What a snapshot was built from: store parts with their hashes, loads with their counts; JSON beside it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from etl.duck import sha256
from etl.errors import DamagedSnapshot
from etl.home import Home

ATTEMPTS, QUARANTINE, HISTORY, ENTRIES = "attempts", "quarantine", "history", "entries"
"""Kinds of parts: rows in force, rows kept out, rows that newer ones replaced, what is kept out, each content once."""
SUMS, IN_FORCE, RETOLD = "sums", "in_force", "retold"
"""Kinds for rows that lie elsewhere. `sums/` begins that of a rollup; the rows that tell which kept out are mended."""
LOAD_AGAIN = "load the logs again into a new home with --home OTHER_FOLDER"


@dataclass(frozen=True)
class Part:
    """One immutable Parquet file of the store, named after its content. `path` is relative to the home folder.

    `first_id` and `last_id` are the least and the greatest id of an attempt in it; None where that is not known.
    """

    kind: str
    day: str
    path: str
    sha256: str
    bytes: int
    rows: int
    first_id: str | None = None
    last_id: str | None = None

    def may_hold_ids_of(self, first_id: str, last_id: str) -> bool:
        """Whether an id from `first_id` to `last_id` can be in it. Python and DuckDB order texts alike."""
        if self.first_id is None or self.last_id is None:
            return True
        return self.first_id <= last_id and first_id <= self.last_id


@dataclass(frozen=True)
class LoadedFile:
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Load:
    """One run of the loader. rows_read = loaded + restated + duplicates + quarantined, or nothing is published.

    `restated` rows tell anew, older or newer, of an attempt that is known; `broken` counts rows by rule of the
    contract, `fixed` by what was put right in them or in their file. `profile_sha256` is how the profile read then,
    `unused` are the columns of the files that it passed over.
    """

    id: str
    loaded_at: str
    profile: str
    files: tuple[LoadedFile, ...]
    rows_read: int
    loaded: int
    duplicates: int
    quarantined: int
    restated: int = 0
    profile_sha256: str | None = None
    broken: dict[str, int] = field(default_factory=dict)
    fixed: dict[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        return self.rows_read == self.loaded + self.restated + self.duplicates + self.quarantined

    @property
    def share_kept_out(self) -> float:
        return self.quarantined / self.rows_read if self.rows_read else 0.0


@dataclass(frozen=True)
class Manifest:
    """Everything needed to build the snapshot again from the store alone.

    `as_of` is the latest moment that a load declared; `source_id` is which invented world the rows are from;
    `snapshot_sha256` the hash of the snapshot file that was built from it, `parent` the snapshot that was live before;
    `hash_key_id` is which key identifiers were hashed with, if any were. `rows_at` is where the rows lie that another
    engine summed, `summed_days` the days that they have; both are empty where the store holds the rows.
    """

    business_zone: str = "Asia/Shanghai"
    as_of: str | None = None
    is_synthetic: bool = False
    source_id: str | None = None
    parts: tuple[Part, ...] = ()
    loads: tuple[Load, ...] = ()
    words: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    snapshot_sha256: str | None = None
    parent: str | None = None
    hash_key_id: str | None = None
    rows_at: str = ""
    summed_days: tuple[str, ...] = ()

    def of_kind(self, kind: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == kind)

    @property
    def days(self) -> tuple[str, ...]:
        return tuple(sorted({part.day for part in self.of_kind(ATTEMPTS)} | {*self.summed_days}))

    @property
    def complete_until(self) -> datetime | None:
        """`as_of` as a local time of the business zone."""
        return local_time(self.as_of, self.business_zone) if self.as_of else None

    def with_parts(self, fresh: Iterable[Part], outdated: Iterable[Part]) -> "Manifest":
        """The manifest with fresh parts, and without those that they take the place of."""
        parts = {*self.parts} - {*outdated} | {*fresh}
        return replace(self, parts=tuple(sorted(parts, key=lambda part: (part.kind, part.day, part.path))))

    def to_json(self) -> str:
        return orjson.dumps(self, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def local_time(moment: str, zone: str) -> datetime:
    """A time in ISO form, in the zone and without its offset; one without an offset is taken as local."""
    time = datetime.fromisoformat(moment)
    return time.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if time.tzinfo else time


def verify_parts(home: Home, manifest: Manifest) -> None:
    """Raises `DamagedSnapshot` where a store part is missing or has another size than the manifest says."""
    check_sizes(home.root, manifest.parts)


def check_sizes(root: Path, parts: Iterable[Part]) -> None:
    """Raises `DamagedSnapshot` where one of the parts is missing or has another size than it was written with."""
    for part in parts:
        path = root / part.path
        if not path.exists() or path.stat().st_size != part.bytes:
            raise DamagedSnapshot(f"{path} is missing or changed; {LOAD_AGAIN}")


def check_contents(root: Path, parts: Iterable[Part]) -> None:
    """Raises `DamagedSnapshot` where the content of a part is not what was written."""
    for part in parts:
        path = root / part.path
        if not path.exists() or sha256(path) != part.sha256:
            raise DamagedSnapshot(f"{path} is missing or changed; {LOAD_AGAIN}")


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; `DamagedSnapshot` where it is missing or unreadable."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        parts = tuple(Part(**part) for part in stored.pop("parts"))
        loads = tuple(_load(load) for load in stored.pop("loads"))
        days = tuple(stored.pop("summed_days", ()))
        return Manifest(parts=parts, loads=loads, summed_days=days, **stored)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        mend = f"run: python -m etl build --home {path.parent.parent}"
        raise DamagedSnapshot(f"{path} cannot be read ({problem}); {mend}") from problem


def _load(stored: dict[str, Any]) -> Load:
    files = tuple(LoadedFile(**file) for file in stored.pop("files"))
    return Load(files=files, unused=tuple(stored.pop("unused", ())), **stored)
