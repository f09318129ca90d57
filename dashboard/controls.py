"""Widgets whose value is a part of the filters: drawn from them, changed through `history.change`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import history, words
from dashboard.choices import narrowed, options
from dashboard.filters import NO_COMPARISON, Filters
from etl.catalogue.dimensions import DIMENSIONS
from etl.query import Selection
from etl.snapshot import Snapshot
from etl.words import Language, Words

Gesture = Callable[[Filters, Any], Filters]


@dataclass(frozen=True)
class Controls:
    """Keys carry the language: Streamlit remembers a choice by its text, which another language changes."""

    snapshot: Snapshot
    filters: Filters

    @property
    def language(self) -> Language:
        return self.filters.language

    def one_of(self, field: str, label: Words, choices: Mapping[Any, Words], then: Gesture | None = None) -> None:
        """One value of a plain field of the filters; `then` may do more with it than set the field."""
        key = self._keep(field, getattr(self.filters, field) or NO_COMPARISON)
        texts = {value: text(self.language) for value, text in choices.items()}
        gesture = then or (lambda filters, value: replace(filters, **{field: value}))
        st.selectbox(
            label(self.language),
            list(texts),
            format_func=texts.get,
            key=key,
            on_change=lambda: history.change(lambda filters: gesture(filters, st.session_state[key])),
        )

    def some_of(self, dimension: str) -> None:
        """Values of a dimension, and once there are some, whether all except these are meant."""
        chosen = self.filters.selection(dimension) or Selection(())
        offered = options(self.snapshot, self.filters, dimension)
        texts = self._texts(dimension, list(dict.fromkeys([*offered, *chosen.values])))
        key = self._keep(f"{dimension}_values", [value for value in texts if value in chosen.values])
        st.multiselect(
            DIMENSIONS[dimension].words(self.language),
            list(texts),
            format_func=texts.get,
            key=key,
            placeholder=words.EVERY(self.language),
            on_change=lambda: self._select(dimension, lambda old: replace(old, values=tuple(st.session_state[key]))),
        )
        if chosen.values:
            self._except(dimension, chosen)

    def _except(self, dimension: str, chosen: Selection) -> None:
        key = self._keep(f"{dimension}_except", chosen.is_except)
        name = DIMENSIONS[dimension].words(self.language)
        st.checkbox(
            words.ALL_EXCEPT(self.language),
            key=key,
            help=words.EXCEPTED(self.language, name=name, values="…"),
            on_change=lambda: self._select(dimension, lambda old: replace(old, is_except=st.session_state[key])),
        )

    def _select(self, dimension: str, gesture: Callable[[Selection], Selection]) -> None:
        def narrow(filters: Filters) -> Filters:
            selection = gesture(filters.selection(dimension) or Selection(()))
            return narrowed(self.snapshot, filters, dimension, selection)

        history.change(narrow)

    def _texts(self, dimension: str, values: Sequence[str]) -> dict[str, str]:
        """What each value is called, with its code where two would be called the same (reasons always)."""
        names = {value: self.snapshot.label(dimension, value, self.language) for value in values}
        uses = Counter(names.values())
        needs_code = dimension == "reason"
        return {
            value: f"{value} · {name}" if name != value and (needs_code or uses[name] > 1) else name
            for value, name in names.items()
        }

    def _keep(self, name: str, value: Any) -> str:
        return keep(f"{name}_{self.language}", value)


def keep(key: str, value: Any) -> str:
    """The widget under `key` shows `value`. Written only where it differs, not to undo a running gesture."""
    if st.session_state.get(key, _NEVER) != value:
        st.session_state[key] = value
    return key


_NEVER = object()
