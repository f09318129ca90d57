"""The lender's own calendar, events.toml: what anybody there knew at the time, which is not the truth file."""

import json
from datetime import date, datetime

from synthetic_data.almanac import Event, usual_events
from synthetic_data.scenario import Scenario, check_days


def known_events(scenario: Scenario, first: date, last: date) -> list[Event]:
    """Every event that touches the days from `first` to `last`, in order of time.

    `InvalidValue` where something in the scenario lies outside these days, so that nobody would ever know of it.
    """
    check_days(scenario, first, last)
    return sorted(
        (e for e in [*scenario.notices, *usual_events(first, last)] if _day(e.start) <= last and _day(e.last) >= first),
        key=lambda event: (_day(event.start), event.id),
    )


def events_toml(events: list[Event]) -> str:
    """The calendar as text; JSON strings are valid TOML strings, but for one character."""
    head = "# The lender's own calendar. start and last are local dates or times; last is still inside.\n"
    return head + "".join(f"\n[[events]]\n{_entry(event)}" for event in events)


def _entry(event: Event) -> str:
    texts = {"kind": event.kind, "region": event.region, "en": event.words.en, "zh": event.words.zh}
    lines = [f"id = {_quoted(event.id)}", f"start = {event.start.isoformat()}", f"last = {event.last.isoformat()}"]
    lines += [f"{name} = {_quoted(text)}" for name, text in texts.items() if text]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", r"\u007f")


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
