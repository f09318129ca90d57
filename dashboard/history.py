"""The filters of one reader's session and their place in the browser's history: one entry per gesture.

Measured in `docs/decisions/002-one-history-entry-per-gesture.md`: all parameters written at once push one
entry, and Back reruns the script with the older address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import formats
from dashboard.address import IGNORED, Reading, known_here, read_query, to_query
from dashboard.filters import Filters
from etl.snapshot import Snapshot
from etl.words import Language, Words

_HELD = "held"
NEWER = Words(
    en="Newer data was published on {moment}; the numbers are of it from now on.",
    zh="{moment} 已发布新数据，当前数字均基于新数据。",
)
Told = Callable[[Language], str]
"""One line for the reader."""


@dataclass(frozen=True)
class Newer:
    """Says that another snapshot has taken the place of the one shown before."""

    published_at: datetime

    def __call__(self, language: Language) -> str:
        return NEWER(language, moment=formats.moment(self.published_at, language))


@dataclass
class _Held:
    """What a session remembers, changed by plain assignments.

    The next gesture may stop a run wherever it looks at the session's state, and nowhere between two assignments.
    """

    filters: Filters
    notices: tuple[Told, ...] = ()
    snapshot_id: str = ""
    is_gesture: bool = False
    answered: int = 0


def change(gesture: Callable[[Filters], Filters], notices: tuple[Told, ...] = ()) -> None:
    """A gesture of the reader. Call it in a widget's callback, which runs before the script.

    `notices` say what of it was not understood.
    """
    held = _held()
    held.filters = gesture(held.filters)
    held.is_gesture = True
    held.notices = notices


def once(number: int, act: Callable[[], None]) -> None:
    """Act on the gesture of this number, unless that was done: the browser sends a gesture until it is answered."""
    held = _held()
    if number > held.answered:
        act()
        held.answered = number


def answered() -> int:
    """The number of the last gesture that was acted on."""
    return _held().answered


def arrive(snapshot: Snapshot, opening: Filters, start: Reading | None = None) -> Filters:
    """The filters of this run: the address's on arrival and after Back, else the last ones, written after a gesture.

    An address that says nothing means `start` if there is one, else `opening`.

    Back goes before the gesture: the callback of a button whose run Back has interrupted is called once more.
    """
    if _HELD not in st.session_state:
        st.session_state[_HELD] = _Held(opening)
        _read(opening, start)
    elif _came_by_history():
        _read(opening, start)
    elif _held().is_gesture:
        _write(query_of(_held().filters, opening, has_start=start is not None))
    _held().is_gesture = False
    _settle(snapshot)
    return _held().filters


def query_of(filters: Filters, opening: Filters, *, has_start: bool) -> dict[str, list[str]]:
    """As `to_query`; where saying nothing means a start view, the opening filters say their period."""
    return to_query(filters, opening) or ({"period": [filters.preset]} if has_start else {})


def notices() -> tuple[Told, ...]:
    return _held().notices


def dismiss() -> None:
    """The notices are read."""
    _held().notices = ()


def _held() -> _Held:
    held: _Held = st.session_state[_HELD]
    return held


def _read(opening: Filters, start: Reading | None) -> None:
    held, query = _held(), _query()
    reading = start if start and not query.keys() - IGNORED else read_query(query, opening)
    held.filters, held.notices = reading.filters, reading.notices


def _settle(snapshot: Snapshot) -> None:
    """Leave out what the log does not know, also after another snapshot was published under this session."""
    held = _held()
    reading = known_here(held.filters, snapshot)
    newer = (Newer(snapshot.info.published_at),) if held.snapshot_id not in {"", snapshot.id} else ()
    held.filters, held.notices = reading.filters, (*held.notices, *newer, *reading.notices)
    held.snapshot_id = snapshot.id


def _came_by_history() -> bool:
    """Whether this run was started by Back or Forward. Any other run may carry an address from before a gesture."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _write(query: dict[str, list[str]]) -> None:
    """Only if it differs, and all parameters at once: one message to the browser, one history entry."""
    if query != _query():
        st.query_params.from_dict(query)


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}
