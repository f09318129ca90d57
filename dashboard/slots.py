"""The tie between a widget and the filters: a key that a change from elsewhere replaces, and a careful callback."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import history
from dashboard.filters import Filters

Gesture = Callable[[Filters, Any], Filters]
_VERSIONS = "versions"


@dataclass(frozen=True)
class Slot:
    """Where one widget lives.

    A widget whose value was changed by something else (a chart, a chip, Back) gets a new key and starts from that
    value. Under its old key, what the browser still showed would come back as the reader's own change and undo it.
    """

    name: str
    version: int

    @property
    def key(self) -> str:
        return f"{self.name}_{self.version}"

    def then(self, gesture: Gesture) -> Callable[[], None]:
        """A callback that changes the filters by the widget's value, unless the widget was replaced meanwhile."""

        def changed() -> None:
            if self.version == _versions().get(self.name, 0) and self.key in st.session_state:
                value = st.session_state[self.key]
                history.change(lambda filters: gesture(filters, value))

        return changed


def slot(name: str, value: Any, is_draft: Callable[[Any], bool] = lambda _: False) -> Slot:
    """The slot of a widget that is to show `value`; a draft (half of a range) is left to be finished."""
    current = Slot(name, _versions().get(name, 0))
    shown = st.session_state.get(current.key, value)
    if _is_same(shown, value) or is_draft(shown):
        return current
    _versions()[name] = current.version + 1
    return Slot(name, current.version + 1)


def _is_same(shown: Any, value: Any) -> bool:
    """Equal, in whatever order several values were picked."""
    return sorted(shown) == sorted(value) if isinstance(shown, list) else shown == value


def _versions() -> dict[str, int]:
    return st.session_state.setdefault(_VERSIONS, {})
