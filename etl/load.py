"""Loads log files into the store: read, check, de-duplicate, write one part a day. Nothing goes live here."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from etl import duck
from etl.catalogue.rules import MALFORMED, Severity, load_rules
from etl.errors import RefusedToPublish
from etl.home import Home
from etl.manifest import ATTEMPTS, QUARANTINE, Load, Manifest, Part, check_contents
from etl.profile import Profile, merged_words
from etl.sources import Source, batches, find_sources, land

Progress = Callable[[int, int], None]
"""Called with the number of files done and of files in all."""


@dataclass
class Tally:
    """What happened to the rows of one load."""

    rows_read: int = 0
    loaded: int = 0
    duplicates: int = 0
    quarantined: int = 0
    broken: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Loaded:
    """A manifest that knows the new parts, what happened (None: nothing new), and the days whose rows changed."""

    manifest: Manifest
    load: Load | None
    touched: frozenset[str]


def load_files(home: Home, manifest: Manifest, paths: list[Path], profile: Profile, progress: Progress) -> Loaded:
    """Bring the files into the store. A file whose content was loaded before is passed over.

    Raises `UnreadableInput` for files that cannot be read and `RefusedToPublish` when
    rows read ≠ loaded + duplicates + quarantined; in both cases nothing becomes live.
    """
    fresh = _fresh(find_sources(paths), manifest)
    if not fresh:
        return Loaded(manifest, None, frozenset())
    intake = _Intake(home, manifest, profile)
    done = 0
    progress(done, len(fresh))
    for batch in batches(fresh):
        intake.take(batch)
        done += len(batch)
        progress(done, len(fresh))
    load = _record(fresh, profile, intake.tally)
    if not intake.manifest.days:
        raise RefusedToPublish(f"none of {load.rows_read} rows could be loaded ({_told(load)}); nothing was published")
    if not load.closes:
        raise RefusedToPublish(f"rows do not close: {intake.tally}; nothing was published")
    words = merged_words(manifest.words, profile.words)
    return Loaded(replace(intake.manifest, loads=(*manifest.loads, load), words=words), load, frozenset(intake.touched))


def _fresh(found: list[Source], manifest: Manifest) -> list[Source]:
    """The first source of each content that was not loaded before."""
    by_content: dict[str, Source] = {}
    for source in found:
        by_content.setdefault(source.sha256, source)
    return [source for content, source in by_content.items() if content not in manifest.known_files]


class _Intake:
    """Runs the intake models over one batch after the other and collects the parts they leave."""

    def __init__(self, home: Home, manifest: Manifest, profile: Profile) -> None:
        self.home = home
        self.manifest = manifest
        self.profile = profile
        self.tally = Tally()
        self.touched: set[str] = set()
        self.checked: set[Part] = set()

    def take(self, batch: list[Source]) -> None:
        with duck.workbench(self.home.root) as connection:
            self.lay_tables(connection)
            land(connection, batch, self.profile)
            for model in ("typed", "broken_rules", "accepted"):
                duck.make(connection, "intake", model)
            days = self._days_to_write(connection)
            stored = self._read_stored(connection, "stored", [p for p in self._attempts if p.day in days])
            for model in ("deduplicated", "quarantined"):
                duck.make(connection, "intake", model)
            self._count(connection, sum(part.rows for part in stored))
            self.manifest = self.manifest.with_parts(self._parts(connection), days)
            self.touched |= days

    @property
    def _attempts(self) -> tuple[Part, ...]:
        return self.manifest.of_kind(ATTEMPTS)

    def _days_to_write(self, connection: duck.Connection) -> set[str]:
        """The days of the accepted rows, and those on which the same attempts were stored before."""
        days = duck.values(connection, "accepted", "day")
        self._read_stored(connection, "stored_elsewhere", [part for part in self._attempts if part.day not in days])
        duck.make(connection, "intake", "restated_days")
        return days | duck.values(connection, "restated_days", "day")

    def _read_stored(self, connection: duck.Connection, name: str, parts: list[Part]) -> list[Part]:
        """The stored rows as a view; their parts are checked, since they may be written again under a new name."""
        check_contents(self.home.root, (part for part in parts if part not in self.checked))
        self.checked.update(parts)
        duck.read_parts(connection, name, [self.home.root / part.path for part in parts], like="accepted")
        return parts

    def lay_tables(self, connection: duck.Connection) -> None:
        duck.make_table(connection, "settings", "business_zone varchar", [(self.manifest.business_zone,)])
        rules = [(rule.id, rule.severity.value) for rule in load_rules().values()]
        duck.make_table(connection, "rules", "rule varchar, severity varchar", rules)

    def _count(self, connection: duck.Connection, stored_rows: int) -> None:
        tally, malformed = self.tally, duck.count(connection, "malformed")
        tally.rows_read += duck.count(connection, "source") + malformed
        tally.quarantined += duck.count(connection, "quarantined") + malformed
        kept = duck.count(connection, "deduplicated")
        tally.loaded += kept - stored_rows
        tally.duplicates += duck.count(connection, "accepted") + stored_rows - kept
        tally.broken.update(duck.counts(connection, "broken_rules", "rule"))
        tally.broken.update({MALFORMED: malformed} if malformed else {})

    def _parts(self, connection: duck.Connection) -> tuple[Part, ...]:
        self.home.store.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.home.store, prefix=".staging-") as name:
            staging = Path(name)
            attempts = [
                self._keep(path, ATTEMPTS, day, duck.rows_in(connection, path))
                for day, path in duck.write_by_day(connection, "deduplicated", staging)
            ]
            return (*attempts, *self._quarantine(connection, staging))

    def _quarantine(self, connection: duck.Connection, staging: Path) -> list[Part]:
        kept_out = duck.write_quarantine(connection, staging / "quarantine.parquet")
        if kept_out is None:
            return []
        return [self._keep(kept_out, QUARANTINE, "", duck.rows_in(connection, kept_out))]

    def _keep(self, path: Path, kind: str, day: str, rows: int) -> Part:
        """Move a finished file to its content's name; a file of that name has that content already."""
        digest = duck.sha256(path)
        folder = self.home.store / kind / (f"day={day}" if day else "")
        final = folder / f"{digest[:16]}.parquet"
        size = path.stat().st_size
        if not final.exists():
            folder.mkdir(parents=True, exist_ok=True)
            duck.sync(path)
            shutil.move(path, final)
        return Part(kind, day, final.relative_to(self.home.root).as_posix(), digest, size, rows)


def _told(load: Load) -> str:
    """The rules that were broken, with counts, or that there was nothing to break them."""
    kept_out = {rule for rule, facts in load_rules().items() if facts.severity is Severity.QUARANTINE}
    return ", ".join(f"{rule}: {rows}" for rule, rows in load.broken.items() if rule in kept_out) or "no data row"


def _record(sources: list[Source], profile: Profile, tally: Tally) -> Load:
    now = datetime.now(UTC)
    return Load(
        id=now.strftime("%Y%m%dT%H%M%SZ"),
        loaded_at=now.isoformat(timespec="seconds"),
        profile=profile.name,
        files=tuple(source.facts for source in sources),
        rows_read=tally.rows_read,
        loaded=tally.loaded,
        duplicates=tally.duplicates,
        quarantined=tally.quarantined,
        broken=dict(sorted(tally.broken.items())),
    )
