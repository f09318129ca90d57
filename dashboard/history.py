"""The filters of one reader's session and their place in the browser's history: one entry per gesture.

Measured in `docs/decisions/002-one-history-entry-per-gesture.md`: all parameters written at once push one
entry, and Back reruns the script with the older address.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from dashboard.address import Notice, known_here, read_query, to_query
from dashboard.filters import Filters
from etl.snapshot import Snapshot

_FILTERS, _ADDRESS, _GESTURE, _NOTICES = "filters", "address", "gesture", "notices"


def change(gesture: Callable[[Filters], Filters]) -> None:
    """A gesture of the reader. Call it in a widget's callback, which runs before the script."""
    st.session_state[_FILTERS] = gesture(st.session_state[_FILTERS])
    st.session_state[_GESTURE] = True
    st.session_state[_NOTICES] = ()


def arrive(snapshot: Snapshot, opening: Filters) -> Filters:
    """The filters of this run: the gesture's, or the address's if it moved (link, Back), or the last."""
    address = _address()
    if st.session_state.get(_GESTURE):
        _write(to_query(st.session_state[_FILTERS], opening))
    elif address != st.session_state.get(_ADDRESS):
        reading = read_query(_query(), opening)
        st.session_state[_FILTERS], st.session_state[_NOTICES] = reading.filters, reading.notices
        st.session_state[_ADDRESS] = address
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


def _write(query: dict[str, list[str]]) -> None:
    """Only if it differs, and all parameters at once: one message to the browser, one history entry."""
    if urlencode(query, doseq=True) != _address():
        st.query_params.from_dict(query)
    st.session_state[_ADDRESS] = _address()


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _address() -> str:
    return urlencode(_query(), doseq=True)
