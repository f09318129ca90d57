"""The lender's own calendar, events.toml, as rows: when, what kind, where, and what it is called."""

from datetime import date, datetime, time, timedelta
from typing import Any

from etl.catalogue.reading import LANGUAGES, Table, read_toml
from etl.home import Home

Row = tuple[Any, ...]

EVENT_COLUMNS = (
    "event_id varchar, start_at timestamp, last_at timestamp, kind varchar, region varchar, en varchar, zh varchar"
)
KEYS = ("id", "start", "last", "end", "kind", "region", *LANGUAGES)
LAST_SECOND = time(23, 59, 59)


def event_rows(home: Home) -> list[Row]:
    """The events in the order of the file; none where there is no such file. `InvalidValue` names file and event."""
    if not home.events.exists():
        return []
    file = read_toml(home.events)
    file.allow("events")
    rows: dict[str, Row] = {}
    for entry in file.entries("events"):
        id = entry.text("id")
        if id in rows:
            entry.complain(f"id {id!r} is taken by an earlier event")
        rows[id] = _event_row(id, Table(f"{entry.place} {id!r}", entry.content))
    return list(rows.values())


def _event_row(id: str, entry: Table) -> Row:
    entry.allow(*KEYS)
    words = entry.words()
    start = _at(entry.moment("start"), time.min)
    return id, start, _last(entry, start), entry.text("kind"), entry.optional_text("region"), words.en, words.zh


def _last(entry: Table, start: datetime) -> datetime:
    """The last moment inside: of `last`, which is still inside, or before `end`, which is not; else the start."""
    if "last" in entry.content and "end" in entry.content:
        entry.complain("write last (still inside) or end (no longer inside), not both")
    if "end" in entry.content:
        end = _at(entry.moment("end"), time.min)
        if end <= start:
            entry.complain("end must be later than start")
        return end - timedelta(seconds=1)
    last = _at(entry.moment("last"), LAST_SECOND) if "last" in entry.content else start
    if last < start:
        entry.complain("last is before start")
    return last


def _at(moment: date | datetime, clock: time) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, clock)
