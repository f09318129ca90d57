"""The lender's own calendar: its events as rows, and a mistake in it is one line that names file and event."""

from pathlib import Path

import pytest

from etl.errors import InvalidValue
from etl.events import event_rows
from etl.home import Home

EVENT = """
[[events]]
id = "sale"
start = 2026-11-10
last = 2026-11-12
kind = "promotion"
region = "CN-GD"
en = "Sale"
zh = "大促"
"""


def _home(folder: Path, content: str) -> Home:
    (folder / "events.toml").write_text(content, encoding="utf-8")
    return Home(folder)


def test_a_home_without_a_calendar_has_no_events(tmp_path: Path) -> None:
    assert event_rows(Home(tmp_path)) == []
    assert event_rows(_home(tmp_path, "# none yet\n")) == []


def test_an_event_is_a_row_with_local_times(tmp_path: Path) -> None:
    [(id, start, _, *rest)] = event_rows(_home(tmp_path, EVENT))

    assert (id, start.isoformat()) == ("sale", "2026-11-10T00:00:00")
    assert rest == ["promotion", "CN-GD", "Sale", "大促"]


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("", "2026-11-10T00:00:00"),
        ("last = 2026-11-12", "2026-11-12T23:59:59"),
        ("end = 2026-11-12", "2026-11-11T23:59:59"),
        ("last = 2026-11-10T20:30:00", "2026-11-10T20:30:00"),
        ("last = 9999-12-31", "9999-12-31T23:59:59"),
    ],
)
def test_an_event_ends_with_its_last_moment_or_before_its_end(tmp_path: Path, line: str, last: str) -> None:
    [row] = event_rows(_home(tmp_path, EVENT.replace("last = 2026-11-12", line)))

    assert row[2].isoformat() == last


MISTAKES = {
    "a number for a list": (EVENT, "events = 3", ": events must be tables of their own, each under [[events]]"),
    "a list of numbers": (EVENT, "events = [3]", ": events must be tables of their own"),
    "one table": ("[[events]]", "[events]", ": events must be tables of their own"),
    "a misspelt table": ("[[events]]", "[[event]]", ": unknown key 'event'; did you mean events"),
    "no TOML": ("[[events]]", "[[events]", ": "),
    "an id that is a number": ('id = "sale"', "id = 5", ": events[1]: id must be a text"),
    "no id": ('id = "sale"', "", ": events[1]: id must be a text"),
    "an id taken": (EVENT, EVENT + EVENT, ": events[2]: id 'sale' is taken by an earlier event"),
    "a name that is a number": ('en = "Sale"', "en = 5", ": events[1] 'sale': en must be a text"),
    "a name in one language": ('zh = "大促"', "", ": events[1] 'sale': zh must be a text"),
    "a kind that is a list": ('kind = "promotion"', 'kind = ["promotion"]', ": events[1] 'sale': kind must be a text"),
    "a region that is a list": ('region = "CN-GD"', 'region = ["CN-GD"]', ": events[1] 'sale': region must be a text"),
    "a misspelt key": ("last =", "lats =", ": events[1] 'sale': unknown key 'lats'; did you mean last"),
    "no start": ("start = 2026-11-10", "", ": events[1] 'sale': start must be a date or a local time"),
    "a quoted date": ("2026-11-10", '"2026-11-10"', ": events[1] 'sale': start must be a date or a local time"),
    "a time without a date": ("2026-11-12", "20:00:00", ": events[1] 'sale': last must be a date or a local time"),
    "an offset": (
        "2026-11-10",
        "2026-11-10T00:00:00Z",
        ": events[1] 'sale': start must be a local time; 2026-11-10T00",
    ),
    "last before start": ("2026-11-12", "2026-11-09", ": events[1] 'sale': last is before start"),
    "end at start": ("last = 2026-11-12", "end = 2026-11-10", ": events[1] 'sale': end must be later than start"),
    "both ends": ("last =", "end = 2026-11-13\nlast =", ": events[1] 'sale': write last (still inside) or end"),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_the_calendar_is_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in EVENT
    with pytest.raises(InvalidValue) as caught:
        event_rows(_home(tmp_path, EVENT.replace(old, new)))

    assert str(caught.value).startswith(f"events.toml{message}")
    assert "\n" not in str(caught.value)
