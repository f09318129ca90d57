"""The small tables of a snapshot beside its sums: values, labels, reasons, regions, events, calendar, loads, parts."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from etl import duck
from etl.catalogue import Catalogue
from etl.catalogue.rules import counted
from etl.editions import EDITION_COLUMNS, edition_rows
from etl.events import EVENT_COLUMNS, event_rows
from etl.filling import type_as_in_rollups
from etl.home import Home
from etl.labels import (
    LABEL_COLUMNS,
    REASON_COLUMNS,
    REGION_COLUMNS,
    label_rows,
    reason_rows,
    region_rows,
)
from etl.manifest import Manifest
from etl.rollups import LISTED_VALUES, ROLLUPS

Row = tuple[Any, ...]

VALUE_COLUMNS = "dimension varchar, value varchar, attempts bigint"
LOAD_COLUMNS = (
    "load_id varchar, loaded_at timestamp, profile varchar, files varchar, rows_read bigint, loaded bigint,"
    " restated bigint, duplicates bigint, quarantined bigint"
)
RULE_COLUMNS = "rule varchar, severity varchar, rows bigint, en varchar, zh varchar"
PART_COLUMNS = "kind varchar, day varchar, path varchar, sha256 varchar, bytes bigint, rows bigint"
CALENDAR_COLUMNS = "day date, week date, month date, quarter date, year date, weekday tinyint"


def write_reference(connection: duck.Connection, home: Home, manifest: Manifest, catalogue: Catalogue) -> None:
    """Every descriptive table that needs no days, into the database in use."""
    duck.make(connection, "snapshot", "seen_reasons")
    seen = {
        code: (cause, layer, count) for code, cause, layer, count in sorted(duck.all_rows(connection, "seen_reasons"))
    }
    values = _value_rows(connection, seen)
    present = [value for dimension, value, _ in values if dimension == "region"]
    duck.make_table(connection, "dimension_values", VALUE_COLUMNS, values)
    duck.make_table(connection, "labels", LABEL_COLUMNS, label_rows(catalogue, manifest))
    duck.make_table(connection, "reasons", REASON_COLUMNS, reason_rows(catalogue, seen))
    duck.make_table(connection, "regions", REGION_COLUMNS, region_rows(present))
    type_as_in_rollups(connection, "regions", "region")
    duck.make_table(connection, "events", EVENT_COLUMNS, event_rows(home))
    duck.make_table(connection, "loads", LOAD_COLUMNS, _load_rows(manifest))
    duck.make_table(connection, "quarantine_rules", RULE_COLUMNS, _rule_rows(manifest))
    duck.make_table(connection, "parts", PART_COLUMNS, _part_rows(manifest))
    duck.make_table(connection, "rollups", "name varchar, columns varchar[], rows bigint", _rollup_rows(connection))


def write_editions(connection: duck.Connection, catalogue: Catalogue, first: date, last: date) -> None:
    """Every version of a code list that the log goes through between its first and its last day."""
    duck.make(connection, "snapshot", "editions")
    rows = edition_rows(catalogue, duck.all_rows(connection, "editions"), first, last)
    duck.make_table(connection, "scheme_versions", EDITION_COLUMNS, rows)


def write_calendar(connection: duck.Connection, first: date, last: date) -> None:
    """One row per day of the log with the buckets it belongs to; weeks start on Monday."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    duck.make_table(connection, "calendar", CALENDAR_COLUMNS, [_buckets(day) for day in days])


def _buckets(day: date) -> Row:
    week = day - timedelta(days=day.weekday())
    quarter = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day, week, day.replace(day=1), quarter, day.replace(month=1, day=1), day.isoweekday()


def _value_rows(connection: duck.Connection, seen: dict[str, tuple[str, str, int]]) -> list[Row]:
    rows: list[Row] = []
    columns = {name: connection.table(name).columns for name in reversed(_rollups(connection))}
    for dimension in LISTED_VALUES:
        smallest = next(name for name, present in columns.items() if dimension in present)
        totals = duck.totals_by(connection, smallest, dimension)
        rows += [(dimension, value, count) for value, count in sorted(totals.items())]
    regions = {value: count for dimension, value, count in rows if dimension == "region"}
    return rows + _grouped_rows(regions, seen)


def _grouped_rows(regions: dict[str, int], seen: dict[str, tuple[str, str, int]]) -> list[Row]:
    """The values of the dimensions above regions and reasons, with the sums of what lies below them."""
    parents = {region: macro for region, macro, *_ in region_rows(list(regions))}
    sums: Counter[tuple[str, str]] = Counter()
    for region, count in regions.items():
        sums["macro_region", parents[region]] += count
    for code, (cause, layer, count) in seen.items():
        sums.update({("reason", code): count, ("cause", cause): count, ("layer", layer): count})
    return [(dimension, value, count) for (dimension, value), count in sums.items()]


def _load_rows(manifest: Manifest) -> list[Row]:
    return [
        (
            *(load.id, load.loaded_at, load.profile, _file_names([file.name for file in load.files])),
            *(load.rows_read, load.loaded, load.restated, load.duplicates, load.quarantined),
        )
        for load in manifest.loads
    ]


def _file_names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)})"


def _rule_rows(manifest: Manifest) -> list[Row]:
    counts = [counts for load in manifest.loads for counts in (load.broken, load.fixed)]
    return [(rule.id, rule.severity.value, times, rule.words.en, rule.words.zh) for rule, times in counted(*counts)]


def _part_rows(manifest: Manifest) -> list[Row]:
    return [(part.kind, part.day, part.path, part.sha256, part.bytes, part.rows) for part in manifest.parts]


def _rollup_rows(connection: duck.Connection) -> list[Row]:
    rollups = [(name, connection.table(name).columns) for name in _rollups(connection)]
    return [(name, columns, duck.count(connection, name)) for name, columns in rollups]


def _rollups(connection: duck.Connection) -> list[str]:
    """Those that this snapshot holds, the smallest last."""
    held = duck.relations(connection, "snap")
    return [name for name in ROLLUPS if name in held]
