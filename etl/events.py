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
LAST_SECOND = timedelta(seconds=1)


def event_rows(home: Home) -> list[Row]:
    """The events in the order of the file; none where there is no such file. `InvalidValue` names file and event."""
    if not home.events.exists():
        return []
    file = read_toml(home.events)
    file.allow("events")
    seen: set[str] = set()
    rows = []
    for entry in file.entries("events"):
        rows.append(_event_row(entry))
        if rows[-1][0] in seen:
            entry.complain(f"id {rows[-1][0]!r} is taken by an earlier event")
        seen.add(rows[-1][0])
    return rows


def _event_row(entry: Table) -> Row:
    entry.allow(*KEYS)
    id, kind, words = entry.text("id"), entry.text("kind"), entry.words()
    start, last = _start(entry.moment("start")), _last(entry)
    if last < start:
        entry.complain(f"event {id!r} is over before its start")
    return id, start, last, kind, entry.optional_text("region"), words.en, words.zh


def _last(entry: Table) -> datetime:
    """The last moment inside: of `last`, which is still inside, or before `end`, which is not; else the start."""
    if "last" in entry.content and "end" in entry.content:
        entry.complain("write last (still inside) or end (no longer inside), not both")
    if "last" in entry.content:
        last = entry.moment("last")
        return last if isinstance(last, datetime) else _start(last + timedelta(days=1)) - LAST_SECOND
    if "end" in entry.content:
        return _start(entry.moment("end")) - LAST_SECOND
    return _start(entry.moment("start"))


def _start(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)
