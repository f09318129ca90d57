"""The filters of one reader's session and their place in the browser's history: one entry per gesture.

Measured in `docs/decisions/002-one-history-entry-per-gesture.md`: all parameters written at once push one
entry, and Back reruns the script with the older address.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.address import Notice, known_here, read_query, to_query
from dashboard.filters import Filters
from etl.snapshot import Snapshot

_FILTERS, _GESTURE, _NOTICES = "filters", "gesture", "notices"


def change(gesture: Callable[[Filters], Filters]) -> None:
    """A gesture of the reader. Call it in a widget's callback, which runs before the script."""
    st.session_state[_FILTERS] = gesture(st.session_state[_FILTERS])
    st.session_state[_GESTURE] = True
    st.session_state[_NOTICES] = ()


def arrive(snapshot: Snapshot, opening: Filters) -> Filters:
    """The filters of this run: the address's on arrival and after Back, else the last ones, written after a gesture.

    Back goes before the gesture: the callback of a button whose run Back has interrupted is called once more.
    """
    if _FILTERS not in st.session_state or _came_by_history():
        reading = read_query(_query(), opening)
        st.session_state[_FILTERS], st.session_state[_NOTICES] = reading.filters, reading.notices
    elif st.session_state.get(_GESTURE):
        _write(to_query(st.session_state[_FILTERS], opening))
    st.session_state[_GESTURE] = False
    _settle(snapshot)
    return st.session_state[_FILTERS]


def notices() -> tuple[Notice, ...]:
    return st.session_state.get(_NOTICES, ())


def _settle(snapshot: Snapshot) -> None:
    """Leave out what the log does not know, also after another snapshot was published under this session."""
    reading = known_here(st.session_state[_FILTERS], snapshot)
    st.session_state[_FILTERS] = reading.filters
    st.session_state[_NOTICES] = (*notices(), *reading.notices)


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
