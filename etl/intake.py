"""One batch of source rows after the other: read, held against the contract, compared with what is known, stored."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
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


BesideRows = Iterator[tuple[str, str, list[tuple[object, ...]]]]
"""Small tables: name, DuckDB's list of columns, rows."""


def tables_beside(manifest: Manifest, profile: Profile) -> BesideRows:
    """What the models of the intake look up beside the rows."""
    yield "settings", SETTINGS, [_settings(manifest, profile)]
    yield "rules", "rule varchar, severity varchar", [(rule.id, rule.severity.value) for rule in load_rules().values()]
    catalogue = load_catalogue()
    yield "regions", "region varchar", [(region,) for region in catalogue.regions]
    yield "other_codes", "code varchar", [(reason.id,) for reason in catalogue.reasons_of(OTHER)]


def _settings(manifest: Manifest, profile: Profile) -> tuple[object, ...]:
    """What holds for every row of a file. An invented world has a clock of its own: `loaded_at` is null."""
    zone = manifest.business_zone
    now = None if manifest.is_synthetic else datetime.now(UTC).replace(tzinfo=None)
    return (zone, profile.zone or zone, profile.date_order, profile.is_restated_by_order, FULL_WIDTH, HALF_WIDTH, now)


HELD_TO_CONTRACT = (
    "texts",
    "written_times",
    "reason_lists",
    "typed",
    "combinations",
    "broken_rules",
    "quarantined",
    "accepted",
)
"""From `landing` to what its rows are worth, one model after the other."""
MET, COMPARED = ("met", "contenders"), ("judged", "superseded", "conflicting", "kept", "kept_out")
"""Which attempts come more than once; with `file_orders`, which of their rows is in force and which are kept out."""
VIEWS = ("texts", "accepted", "kept")
"""What is as large as the rows themselves and is read once or twice."""


def hold_to_contract(connection: duck.Connection) -> None:
    """From `landing` to `typed`, `accepted`, `quarantined`, and `broken_rules` with counts."""
    _make(connection, HELD_TO_CONTRACT)


def _make(connection: duck.Connection, models: Iterable[str]) -> None:
    for name in models:
        (duck.make_view if name in VIEWS else duck.make)(connection, "intake", name)


LONGEST_NUMBER = 20


def in_order_of_names(name: str) -> str:
    """What a file's name is compared by: as people count, `export-9` before `export-10`."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(LONGEST_NUMBER), name)


FILE_ORDERS = "source_file varchar, file_order varchar"


def file_orders(names: Iterable[str]) -> list[tuple[object, ...]]:
    """The rows of the table `file_orders`."""
    return [(name, in_order_of_names(name)) for name in sorted(names)]


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

    def add(
        self, counted: tuple[int, int, int], verdicts: dict[str, int], broken: dict[str, int], malformed: int = 0
    ) -> None:
        """What the models of these names found, and how many lines are no rows."""
        landed, quarantined, accepted = counted
        conflicts = verdicts.get("conflict", 0)
        self.rows_read += landed + malformed
        self.quarantined += quarantined + malformed + conflicts
        self.loaded += accepted - sum(verdicts.values()) + verdicts.get("loaded", 0)
        self.restated += verdicts.get("restated", 0)
        self.duplicates += verdicts.get("duplicate", 0)
        self.broken.update(broken)
        self.broken.update(+Counter({MALFORMED: malformed, CONFLICTING: conflicts}))


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
        for name, columns, rows in tables_beside(self.manifest, self.profile):
            duck.make_table(connection, name, columns, rows)

    def _compare(self, connection: duck.Connection) -> None:
        """Find the attempts that come more than once, and which of their rows are in force."""
        ids = duck.span(connection, "accepted", ID)
        with self._naming_damage():
            for name, kind in (("stored", ATTEMPTS), ("history", HISTORY)):
                parts = [part for part in self.manifest.of_kind(kind) if ids and part.may_hold_ids_of(*ids)]
                paths = [self.home.root / part.path for part in parts]
                duck.read_parts(connection, name, paths, like="accepted")
            _make(connection, MET)
            orders = file_orders(duck.values(connection, "contenders", "source_file"))
            duck.make_table(connection, "file_orders", FILE_ORDERS, orders)
            _make(connection, COMPARED)

    @contextmanager
    def _naming_damage(self) -> Iterator[None]:
        """Raises `DamagedSnapshot` with the part that is why the store cannot be read."""
        try:
            yield
        except duckdb.Error:
            check_contents(self.home.root, self.manifest.parts)
            raise

    def _count(self, connection: duck.Connection) -> None:
        verdicts, broken = duck.rows_of(connection, "intake", "verdicts"), duck.all_rows(connection, "broken_rules")
        [counted] = duck.rows_of(connection, "intake", "counted")
        self.tally.add(counted, dict(verdicts), dict(broken), duck.count(connection, "malformed"))

    def _outdated(self, connection: duck.Connection) -> list[Part]:
        """The store parts that hold a row no longer in force."""
        paths = {path for (path,) in duck.rows_of(connection, "intake", "rewritten_parts")}
        return [part for part in self.manifest.of_kind(ATTEMPTS) if str(self.home.root / part.path) in paths]

    def _replace(self, store: Store, outdated: list[Part]) -> None:
        """Write what is new, and the outdated parts again without the rows that are superseded."""
        check_contents(self.home.root, outdated)
        duck.read_parts(store.connection, "outdated", store.paths(outdated), like="accepted")
        duck.make(store.connection, "intake", "still_in_force")
        fresh = [
            *store.write_days("kept"),
            *store.write_days("still_in_force"),
            *store.write("superseded", HISTORY),
            *store.write_quarantine(),
        ]
        self.touched |= {part.day for part in (*fresh, *outdated) if part.kind == ATTEMPTS}
        self.manifest = self.manifest.with_parts(fresh, outdated)
