"""Builds a snapshot from the store: sums the days that changed and keeps the others as they were."""

import hashlib
import json
import math
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from etl import describe, duck
from etl.catalogue import Catalogue, load_catalogue
from etl.catalogue.own import catalogue_of
from etl.chunks import Progress, chunks_of, make_sums, open_sums, run_models
from etl.contract import TimeGrain
from etl.errors import RefusedToPublish
from etl.filling import merge_days, name_values, sliced
from etl.home import Home
from etl.identifiers import masked
from etl.manifest import ATTEMPTS, SUMS, Manifest, Part
from etl.rollups import BESIDE, CHECKS, COUNTED, MEMBERS, OF_EACH, ROLLUPS, worth_having

MOST_UNITS = 2**50
"""Units of a whole refusal that sums of money can still be multiplied by."""
COARSEST_FIRST = (TimeGrain.YEAR, TimeGrain.MONTH, TimeGrain.DAY, TimeGrain.INSTANT)


@dataclass(frozen=True)
class Plan:
    """What to build: from which parts, into which file, over which previous snapshot, which days anew."""

    home: Home
    manifest: Manifest
    snapshot_id: str
    target: Path
    previous: Path | None
    touched: frozenset[str]

    @cached_property
    def fresh_days(self) -> frozenset[str]:
        """The days to sum from their rows: all without a previous snapshot, and always the last one."""
        days = self.manifest.days
        return frozenset(days) if self.previous is None else self.touched | {days[-1]}

    @property
    def fresh_parts(self) -> list[Part]:
        return [part for part in self.manifest.of_kind(ATTEMPTS) if part.day in self.fresh_days]

    @property
    def rollups(self) -> tuple[str, ...]:
        return worth_having(_rows(self.manifest))


def schema_version(manifest: Manifest) -> str:
    """Changes with any model of a rollup and with which are held; a snapshot of another version is not merged with."""
    texts = [duck.model("rollups", name) for name in (COUNTED, *worth_having(_rows(manifest)), *BESIDE, MEMBERS)]
    return hashlib.sha256("".join(texts).encode()).hexdigest()[:12]


def _rows(manifest: Manifest) -> int:
    """Of rows that lie elsewhere only the load tells how many there are."""
    if manifest.rows_at:
        return sum(load.loaded for load in manifest.loads)
    return sum(part.rows for part in manifest.of_kind(ATTEMPTS))


def build_snapshot(plan: Plan, progress: Progress) -> None:
    """Write the snapshot file of a plan and check its sums against the rows and the stored control totals.

    `progress` is told bytes of parts, once while they are summed and once more while the sums go into the file.

    Raises `RefusedToPublish` when something does not close or there is no attempt at all; the file is then useless.
    """
    if not plan.manifest.days:
        raise RefusedToPublish("no row was loaded, so there is nothing to publish; see the quarantine rules broken")
    catalogue = catalogue_of(plan.home)
    with duck.workbench(plan.home.root) as connection:
        if plan.previous is not None:
            shutil.copyfile(plan.previous, plan.target)
        duck.attach(connection, plan.target, "snap", read_only=False)
        _sum(connection, plan, progress)
        size = sum(part.bytes for part in plan.fresh_parts)
        put_in(connection, plan.fresh_days, catalogue, lambda done, total: progress(size * done // total, size))
        duck.enter(connection, "snap")
        _describe(connection, plan, catalogue)
        _check(connection, plan.manifest)
        duck.close_database(connection, "snap")


def _open_sums(connection: duck.Connection, plan: Plan) -> None:
    """The sums that another engine made of rows that lie elsewhere."""
    for name in (*plan.rollups, *BESIDE):
        parts = plan.manifest.of_kind(f"{SUMS}/{name}")
        duck.open_parts(connection, name, [plan.home.root / part.path for part in parts])


def sum_up(connection: duck.Connection, fresh_days: frozenset[str], catalogue: Catalogue | None = None) -> None:
    """Run the rollup models over the relation `attempts` and put the tables into the database `snap`.

    Reasons mean what the catalogue says, by default the shipped one: rollups keep codes as they were stored.
    """
    run_models(connection, _held(connection, duck.count(connection, "attempts")))
    put_in(connection, fresh_days, catalogue or load_catalogue())


def put_in(
    connection: duck.Connection,
    fresh_days: frozenset[str],
    catalogue: Catalogue,
    progress: Progress = lambda done, total: None,
) -> None:
    """Put the sums of the fresh days, relations named after the rollups and what is beside them, into `snap`.

    Where `snap` is a copy of an earlier snapshot, its rows stay for every day outside `fresh_days`. The relations may
    be tables or lie over files; only so many days are held in memory at once.
    """
    attempts = {str(day): count for day, count in duck.totals_by(connection, "memory.day_grains", "day").items()}
    rollups, slices = _held(connection, sum(attempts.values())), list(sliced(attempts))
    duck.name_previous(connection, "reason_sets", "reason_set_id integer, reason_codes varchar")
    duck.make(connection, "snapshot", "reason_sets")
    name_values(connection, rollups)
    for number, name in enumerate((*rollups, *BESIDE)):
        progress(number, len(rollups) + len(BESIDE))
        merge_days(connection, name, fresh_days, slices)
    duck.copy_table(connection, "reason_sets", "snap.reason_sets")
    _make_members(connection, catalogue)


def _sum(connection: duck.Connection, plan: Plan, progress: Progress) -> None:
    """The sums of the fresh days as relations; those of many attempts are kept in the home meanwhile."""
    if plan.manifest.rows_at:
        _open_sums(connection, plan)
        return
    chunks = chunks_of(plan.home, plan.fresh_parts, schema_version(plan.manifest))
    if len(chunks) == 1:
        make_sums(connection, plan.home, plan.fresh_parts, plan.rollups)
    else:
        open_sums(connection, plan.home, chunks, plan.rollups, progress)


def _held(connection: duck.Connection, attempts: int) -> tuple[str, ...]:
    """The rollups of the earlier snapshot, or those worth having for so many attempts."""
    held = duck.relations(connection, "snap")
    return tuple(name for name in ROLLUPS if name in held) or worth_having(attempts)


def _make_members(connection: duck.Connection, catalogue: Catalogue) -> None:
    known = catalogue.reasons_as_stored()
    reasons = [(code, r.id, r.cause, catalogue.causes[r.cause].layer) for code, r in known.items()]
    duck.make_table(
        connection, "reason_catalogue", "code varchar, reason varchar, cause varchar, layer varchar", reasons
    )
    slots = duck.number(connection, "snapshot", "most_slots")
    duck.make_table(connection, "slot_numbers", "slot integer", [(slot,) for slot in range(1, slots + 1)])
    duck.make(connection, "rollups", MEMBERS)
    whole = math.lcm(*(int(count) for count in duck.values(connection, "members", "listed_count")))
    if whole > MOST_UNITS:
        raise RefusedToPublish(f"lists of so many different lengths of reasons have no common fraction ({whole})")
    duck.make_table(connection, "whole", "units bigint", [(whole,)])
    duck.copy_model(connection, "snapshot", "credited_members", "snap.members")


def _describe(connection: duck.Connection, plan: Plan, catalogue: Catalogue) -> None:
    duck.make(connection, "snapshot", "currencies")
    facts = _facts(connection, plan)
    describe.write_reference(connection, plan.home, plan.manifest, catalogue)
    first, last = (date.fromisoformat(facts[name]) for name in ("first_day", "last_day"))
    describe.write_calendar(connection, first, last)
    describe.write_editions(connection, catalogue, first, last)
    duck.make_table(connection, "build_info", "key varchar, value varchar", sorted(facts.items()))


def _facts(connection: duck.Connection, plan: Plan) -> dict[str, str]:
    """What is true of the snapshot as a whole, as text."""
    grain = _coarsest(duck.values(connection, "day_grains", "time_grain"))
    first, last = (datetime.fromisoformat(day) for day in (plan.manifest.days[0], plan.manifest.days[-1]))
    last = _after(last, _last_grain(connection)) - timedelta(days=1)
    return {
        "id": plan.snapshot_id,
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "first_day": first.date().isoformat(),
        "last_day": last.date().isoformat(),
        "as_of": _as_of(connection, plan.manifest, grain).isoformat(),
        "time_grain": grain.value,
        "business_zone": plan.manifest.business_zone,
        "is_synthetic": json.dumps(plan.manifest.is_synthetic),
        "fraction_units": str(duck.number(connection, "snapshot", "whole_units")),
        "currencies": "|".join(sorted(duck.values(connection, "currencies", "currency"))),
        "schema_version": schema_version(plan.manifest),
        "rows_at": masked(plan.manifest.rows_at),
    }


def _as_of(connection: duck.Connection, manifest: Manifest, grain: TimeGrain) -> datetime:
    """Until when the data is complete: what was declared, but never before the rows.

    Where nothing was declared it is the newest attempt, or the end of the last coarse bucket. A clock that is ahead
    moves it no further than the moment of the load.
    """
    reached = datetime.fromisoformat(manifest.days[-1])
    if grain is TimeGrain.INSTANT:
        newest = duck.newest(connection, "day_grains", "newest_at").replace(tzinfo=UTC)
        if not manifest.is_synthetic:
            newest = min(newest, max(datetime.fromisoformat(load.loaded_at) for load in manifest.loads))
        reached = newest.astimezone(ZoneInfo(manifest.business_zone)).replace(tzinfo=None)
    if manifest.complete_until is not None:
        return max(manifest.complete_until, reached)
    return reached if grain is TimeGrain.INSTANT else _after(reached, _last_grain(connection))


def _coarsest(present: set[str]) -> TimeGrain:
    return next(grain for grain in COARSEST_FIRST if grain.value in present)


def _last_grain(connection: duck.Connection) -> TimeGrain:
    """How coarse the last row is: the log ends where its bucket does, and one of another row may be longer."""
    return _coarsest({grain for (grain,) in duck.rows_of(connection, "snapshot", "last_grains")})


def _after(label: datetime, grain: TimeGrain) -> datetime:
    """The first day after the bucket of time that starts at `label`."""
    if grain is TimeGrain.YEAR:
        return label.replace(year=label.year + 1)
    if grain is TimeGrain.MONTH:
        return (label.replace(day=1) + timedelta(days=32)).replace(day=1)
    return label + timedelta(days=1)


def _check(connection: duck.Connection, manifest: Manifest) -> None:
    for check in CHECKS:
        for rollup in worth_having(_rows(manifest)) if check == OF_EACH else ("rollup_day",):
            duck.take_in_hand(connection, rollup)
            wrong = duck.offending(connection, check)
            if wrong:
                raise RefusedToPublish(f"the sums do not close ({check}: {wrong[0]}); nothing was published")
    rows = _rows(manifest)
    summed = sum(duck.totals_by(connection, "rollup_day", "outcome").values())
    loaded = sum(load.loaded for load in manifest.loads)
    if not rows == summed == loaded:
        raise RefusedToPublish(f"{loaded} rows loaded, {rows} in the store, {summed} summed; nothing was published")
