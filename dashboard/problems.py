"""The screens of a home without a readable snapshot: what is wrong, and the exact command that mends it."""

import re
import shlex
from pathlib import Path

import streamlit as st

from dashboard import words
from etl.catalogue.dimensions import DIMENSIONS
from etl.errors import DamagedSnapshot, RefusalLensError
from etl.words import Language


def no_data(home: Path, language: Language) -> None:
    st.title(words.NO_DATA(language), anchor=False)
    st.markdown(words.NO_DATA_HOW(language, home=home))
    st.code(f"python -m etl demo --home {quoted(home)}", language="shell")
    st.markdown(words.OWN_LOGS(language))
    st.code(f"python -m etl load LOG.csv --home {quoted(home)}", language="shell")


def damaged(home: Path, language: Language, problem: DamagedSnapshot) -> None:
    st.title(words.DAMAGED(language), anchor=False)
    st.error(said(problem, language))
    st.markdown(words.DAMAGED_HOW(language))
    st.code(rebuild(home), language="shell")


_NOT_CARRIED = re.compile(r"this log does not carry '(\w+)'")
_CURRENCIES = "money never adds across currencies"


def said(problem: RefusalLensError, language: Language) -> str:
    """What could not be answered, in the reader's language; the errors themselves speak English and of commands."""
    text = str(problem)
    if isinstance(problem, DamagedSnapshot):
        return text.partition("; run:")[0] if language is Language.EN else words.DAMAGED_FILE(language)
    missing = _NOT_CARRIED.match(text)
    if missing and missing[1] in DIMENSIONS:
        return words.NOT_CARRIED(language, names=DIMENSIONS[missing[1]].words(language))
    if text.startswith(_CURRENCIES):
        return words.SEVERAL_CURRENCIES(language)
    return text if language is Language.EN else words.NOT_ANSWERED(language)


def rebuild(home: Path) -> str:
    return f"python -m etl build --home {quoted(home)}"


def quoted(home: Path) -> str:
    return shlex.quote(str(home))
