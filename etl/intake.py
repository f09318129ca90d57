"""One batch of source rows after the other: read, held against the contract, compared with what is known, stored."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb

from etl import duck
from etl.catalogue import OTHER, load_catalogue
from etl.catalogue.rules import CONFLICTING, MALFORMED, load_rules
from etl.column_rules import ID
from etl.home import Home
from etl.manifest import ATTEMPTS, HISTORY, Manifest, Part, check_contents
from etl.privacy import HashKey
from etl.profile import Profile
from etl.rule_expressions import FULL_WIDTH, HALF_WIDTH
from etl.sources import Source, land
from etl.store import Store, days_of_many_parts

SETTINGS = (
    "business_zone varchar, source_zone varchar, date_order varchar, is_restated_by_order boolean,"
    " full_width varchar, half_width varchar, loaded_at timestamp"
)


def lay_settings(connection: duck.Connection, manifest: Manifest, profile: Profile) -> None:
    """One row of what holds for every row of a file. An invented world has a clock of its own: `loaded_at` is null."""
    zone = manifest.business_zone
    now = None if manifest.is_synthetic else datetime.now(UTC).replace(tzinfo=None)
    times = (zone, profile.zone or zone, profile.date_order, profile.is_restated_by_order)
    duck.make_table(connection, "settings", SETTINGS, [(*times, FULL_WIDTH, HALF_WIDTH, now)])


def hold_to_contract(connection: duck.Connection) -> None:
    """From `landing` to what its rows are worth: `typed`, `accepted`, `quarantined`, and `broken_rules` with counts."""
    duck.make_view(connection, "intake", "texts")
    for model in ("written_times", "reason_lists", "typed", "combinations", "broken_rules", "quarantined"):
        duck.make(connection, "intake", model)
    duck.make_view(connection, "intake", "accepted")


LONGEST_NUMBER = 20


def in_order_of_names(name: str) -> str:
    """What a file's name is compared by: as people count, `export-9` before `export-10`."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(LONGEST_NUMBER), name)


@dataclass
class Tally:
    """What happened to the rows of one load."""

    rows_read: int = 0
    loaded: int = 0
    restated: int = 0
    duplicates: int = 0
    quarantined: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    fixed: Counter[str] = field(default_factory=Counter)
    unused: dict[str, None] = field(default_factory=dict)
    """Columns of the files that nothing is made of, in the order in which they came."""


class Intake:
    """Takes batches in and remembers in `manifest` what the store holds then, in `touched` the days that changed."""

    def __init__(self, home: Home, manifest: Manifest, profile: Profile) -> None:
        self.home = home
        self.manifest = manifest
        self.profile = profile
        self.tally = Tally()
        self.touched: set[str] = set()
        self.key = HashKey(home.hash_key, manifest.hash_key_id)

    def take(self, batch: list[Source]) -> None:
        with self._store() as store:
            connection = store.connection
            self.lay_tables(connection)
            self.tally.fixed.update(land(connection, batch, self.profile, store.staging, self.key))
            self.tally.unused.update(dict.fromkeys(self.profile.unused(connection.view("source").columns)))
            hold_to_contract(connection)
            self._compare(connection)
            self._count(connection)
            self._replace(store, self._outdated(connection))

    def finish(self) -> None:
        """Join the parts of days that many batches brought rows of."""
        if days_of_many_parts(self.manifest):
            with self._store() as store:
                self.manifest = store.join(self.manifest)
        self.manifest = replace(self.manifest, hash_key_id=self.key.used_for(self.profile))

    @contextmanager
    def _store(self) -> Iterator[Store]:
        with duck.workbench(self.home.root) as connection, duck.staging_folder(self.home.store) as staging:
            yield Store(self.home, connection, staging)

    def lay_tables(self, connection: duck.Connection) -> None:
        """What the models of the intake look up beside the rows."""
        lay_settings(connection, self.manifest, self.profile)
        rules = [(rule.id, rule.severity.value) for rule in load_rules().values()]
        duck.make_table(connection, "rules", "rule varchar, severity varchar", rules)
        catalogue = load_catalogue()
        duck.make_table(connection, "regions", "region varchar", [(region,) for region in catalogue.regions])
        others = [(reason.id,) for reason in catalogue.reasons_of(OTHER)]
        duck.make_table(connection, "other_codes", "code varchar", others)

    def _compare(self, connection: duck.Connection) -> None:
        """Find the attempts that come more than once, and which of their rows are in force."""
        ids = duck.span(connection, "accepted", ID)
        with self._naming_damage():
            for name, kind in (("stored", ATTEMPTS), ("history", HISTORY)):
                parts = [part for part in self.manifest.of_kind(kind) if ids and part.may_hold_ids_of(*ids)]
                paths = [self.home.root / part.path for part in parts]
                duck.read_parts(connection, name, paths, like="accepted")
            for model in ("met", "contenders"):
                duck.make(connection, "intake", model)
            names = duck.values(connection, "contenders", "source_file")
            orders = [(name, in_order_of_names(name)) for name in sorted(names)]
            duck.make_table(connection, "file_orders", "source_file varchar, file_order varchar", orders)
            for model in ("judged", "superseded", "conflicting"):
                duck.make(connection, "intake", model)
        duck.make_view(connection, "intake", "kept")

    @contextmanager
    def _naming_damage(self) -> Iterator[None]:
        """Raises `DamagedSnapshot` with the part that is why the store cannot be read."""
        try:
            yield
        except duckdb.Error:
            check_contents(self.home.root, self.manifest.parts)
            raise

    def _count(self, connection: duck.Connection) -> None:
        tally, malformed = self.tally, duck.count(connection, "malformed")
        verdicts = dict(duck.rows_of(connection, "intake", "verdicts"))
        conflicts = verdicts.get("conflict", 0)
        tally.rows_read += duck.count(connection, "source") + malformed
        tally.quarantined += duck.count(connection, "quarantined") + malformed + conflicts
        tally.loaded += duck.count(connection, "accepted") - sum(verdicts.values()) + verdicts.get("loaded", 0)
        tally.restated += verdicts.get("restated", 0)
        tally.duplicates += verdicts.get("duplicate", 0)
        tally.broken.update(dict(duck.all_rows(connection, "broken_rules")))
        tally.broken.update(+Counter({MALFORMED: malformed, CONFLICTING: conflicts}))

    def _outdated(self, connection: duck.Connection) -> list[Part]:
        """The store parts that hold a row no longer in force."""
        paths = {path for (path,) in duck.rows_of(connection, "intake", "rewritten_parts")}
        return [part for part in self.manifest.of_kind(ATTEMPTS) if str(self.home.root / part.path) in paths]

    def _replace(self, store: Store, outdated: list[Part]) -> None:
        """Write what is new, and the outdated parts again without the rows that are superseded."""
        check_contents(self.home.root, outdated)
        duck.read_parts(store.connection, "outdated", store.paths(outdated), like="accepted")
        duck.make(store.connection, "intake", "still_in_force")
        duck.make(store.connection, "intake", "kept_out")
        fresh = [
            *store.write_days("kept"),
            *store.write_days("still_in_force"),
            *store.write("superseded", HISTORY),
            *store.write_quarantine(),
        ]
        self.touched |= {part.day for part in (*fresh, *outdated) if part.kind == ATTEMPTS}
        self.manifest = self.manifest.with_parts(fresh, outdated)
