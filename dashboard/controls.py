"""Widgets whose value is a part of the filters: drawn from them, changed through `history.change`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard import words
from dashboard.choices import narrowed, options
from dashboard.filters import NO_COMPARISON, Filters
from dashboard.slots import Gesture, Slot, slot
from etl.catalogue import UNSPECIFIED
from etl.catalogue.dimensions import DIMENSIONS
from etl.query import Selection
from etl.snapshot import Snapshot
from etl.words import Language, Words


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
        value = getattr(self.filters, field) or NO_COMPARISON
        texts = {choice: text(self.language) for choice, text in choices.items()}
        place = self.slot(field, value)
        st.selectbox(
            label(self.language),
            list(texts),
            index=list(texts).index(value),
            format_func=texts.get,
            key=place.key,
            on_change=place.then(then or (lambda filters, chosen: replace(filters, **{field: chosen}))),
        )

    def some_of(self, dimension: str) -> None:
        """Values of a dimension, and once there are some, whether all except these are meant."""
        selection = self.filters.selection(dimension) or Selection(())
        offered = options(self.snapshot, self.filters, dimension)
        texts = self._texts(dimension, list(dict.fromkeys([*offered, *selection.values])))
        chosen = [value for value in texts if value in selection.values]
        place = self.slot(f"{dimension}_values", chosen)
        st.multiselect(
            DIMENSIONS[dimension].words(self.language),
            list(texts),
            default=chosen,
            format_func=texts.get,
            key=place.key,
            placeholder=words.EVERY(self.language),
            on_change=place.then(partial(self._values, dimension)),
        )
        if chosen:
            self._except(dimension, selection.is_except)

    def _except(self, dimension: str, is_except: bool) -> None:
        place = self.slot(f"{dimension}_except", is_except)
        name = DIMENSIONS[dimension].words(self.language)
        st.checkbox(
            words.ALL_EXCEPT(self.language),
            value=is_except,
            key=place.key,
            help=words.EXCEPTED(self.language, name=name, values="…"),
            on_change=place.then(partial(self._kept, dimension)),
        )

    def _values(self, dimension: str, filters: Filters, values: list[str]) -> Filters:
        selection = filters.selection(dimension) or Selection(())
        return narrowed(self.snapshot, filters, dimension, replace(selection, values=tuple(values)))

    def _kept(self, dimension: str, filters: Filters, is_except: bool) -> Filters:
        selection = filters.selection(dimension) or Selection(())
        return narrowed(self.snapshot, filters, dimension, replace(selection, is_except=is_except))

    def _texts(self, dimension: str, values: Sequence[str]) -> dict[str, str]:
        """What each value is called, with its code where two would be called the same (reasons always)."""
        names = {value: self.snapshot.label(dimension, value, self.language) for value in values}
        uses = Counter(names.values())
        coded = set(values) - {UNSPECIFIED} if dimension == "reason" else set()
        return {
            value: f"{value} · {name}" if name != value and (value in coded or uses[name] > 1) else name
            for value, name in names.items()
        }

    def slot(self, name: str, value: Any, is_draft: Callable[[Any], bool] = lambda _: False) -> Slot:
        return slot(f"{name}_{self.language}", value, is_draft)
