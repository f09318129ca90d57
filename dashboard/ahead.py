"""The charts ahead of the page: after a gesture the browser asks for them directly, while the page is still to be run.

The same gesture goes to the page as well, which finds every answer remembered. Nothing of the reader is changed here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from dashboard import answers, board, crumbs, state
from dashboard.address import known_here, read_query, to_query
from dashboard.clicks import PERIOD_BEFORE
from dashboard.filters import Filters, silent
from dashboard.screen import Screen
from dashboard.switches import KEPT as SWITCHES
from etl.errors import InvalidValue
from etl.snapshot import Snapshot

KEPT = (PERIOD_BEFORE, *SWITCHES)
"""What a view's charts depend on beside the filters."""


def page_of(screen: Screen, view: str) -> dict[str, Any]:
    """What the browser says of the page when it asks: everything that its charts depend on."""
    return {
        "view": view,
        "query": to_query(screen.filters, silent(screen.snapshot.info)),
        "kept": {name: screen.kept[name] for name in KEPT if name in screen.kept},
        "dark": screen.is_dark,
    }


@dataclass(frozen=True)
class Asked:
    """A page, as `page_of` tells it, and the gestures that have been made on it since."""

    view: str
    query: Mapping[str, Iterable[str]]
    kept: dict[str, Any]
    dark: bool
    gestures: list[dict[str, Any]]


Cards = Callable[[Screen], tuple[answers.Card, ...]]
"""The cards of a view."""


def charts_after(home: Path, views: Mapping[str, Cards], body: bytes) -> Iterator[bytes]:
    """The charts of the page that `body` tells of, after its gestures: a line each, as soon as it is made.

    A line is a JSON object of one chart by its id. Raises `InvalidValue` for a body that tells of no page.
    """
    snapshot = state.snapshot(home)
    try:
        asked = Asked(**orjson.loads(body))
        cards = views[asked.view]
        screen = _screen(snapshot, cards, asked)
        shown = cards(screen)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise InvalidValue(f"not a page of this dashboard ({problem!r}); reload it") from problem
    return _lines(shown, screen)


def _lines(cards: Iterable[answers.Card], screen: Screen) -> Iterator[bytes]:
    """While the browser draws one chart, the next one is made."""
    for card in cards:
        if chart := answers.chart(card, screen):
            yield board.named({card.id: chart}) + b"\n"


def _screen(snapshot: Snapshot, cards: Cards, asked: Asked) -> Screen:
    reading = read_query(asked.query, silent(snapshot.info))
    screen = Screen(snapshot, known_here(reading.filters, snapshot).filters, kept=asked.kept, is_dark=asked.dark)
    for gesture in asked.gestures:
        screen = replace(screen, filters=after(gesture, screen, cards))
    return screen


def after(gesture: Mapping[str, Any], screen: Screen, cards: Cards) -> Filters:
    """The filters of the screen after a gesture on it; its cards may be others after every one."""
    if "up" in gesture:
        return crumbs.on_up(screen.snapshot, *gesture["up"])(screen.filters)
    card = next((card for card in cards(screen) if card.id == gesture["chart"]), None)
    ways = card and (answers.on_click(card, screen), answers.on_menu(card, screen), answers.on_brush(card, screen))
    change = ways and board.meant(gesture, *ways)
    return change(screen.filters) if change else screen.filters
