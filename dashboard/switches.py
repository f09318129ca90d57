"""Switches of a card that are no filter: how it is drawn, and whether what stands behind "All others" is shown."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.screen import Screen
from dashboard.trends import Shape
from etl.words import Language, Words

DEFAULTS = {"split": "layer", "shape": Shape.PANELS, "cause_shape": Shape.PANELS}
WHOLE = "whole_"
"""Before the id of a card that shows all its values."""
KEPT = (
    *(f"{name}_{language}" for name in DEFAULTS for language in Language),
    *(f"{WHOLE}{card}" for card in ("reasons",)),
)
"""Where they are kept: with the language, as Streamlit remembers a choice by its text."""


def chosen(name: str, screen: Screen) -> str:
    value: str = screen.kept.get(_key(name, screen), DEFAULTS[name])
    return value


def switch(name: str, label: Words, choices: Mapping[Any, Words], screen: Screen) -> None:
    st.segmented_control(
        screen.words(label),
        list(choices),
        default=DEFAULTS[name],
        required=True,
        format_func=lambda choice: screen.words(choices[choice]),
        key=_key(name, screen),
        persist_state="session",
    )


def shows_all(card: str, screen: Screen) -> bool:
    """Whether a card that would end in "All others" shows them, too."""
    return bool(screen.kept.get(f"{WHOLE}{card}"))


def all_switch(card: str, label: Words, n: int, screen: Screen) -> None:
    """The same as a click on the bar of all others, for whoever uses no mouse."""
    st.toggle(screen.words(label, n=n), key=f"{WHOLE}{card}", persist_state="session")


def _key(name: str, screen: Screen) -> str:
    return f"{name}_{screen.language}"
