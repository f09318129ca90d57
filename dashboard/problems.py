"""The screens of a home without a readable snapshot: what is wrong, and the exact command that mends it."""

import shlex
from pathlib import Path

import streamlit as st

from dashboard import words
from etl.errors import DamagedSnapshot
from etl.words import Language


def no_data(home: Path, language: Language) -> None:
    st.title(words.NO_DATA(language), anchor=False)
    st.markdown(words.NO_DATA_HOW(language, home=home))
    st.code(f"python -m etl demo --home {quoted(home)}", language="shell")
    st.markdown(words.OWN_LOGS(language))
    st.code(f"python -m etl load LOG.csv --home {quoted(home)}", language="shell")


def damaged(home: Path, language: Language, problem: DamagedSnapshot) -> None:
    st.title(words.DAMAGED(language), anchor=False)
    st.error(str(problem).partition("; run:")[0])
    st.markdown(words.DAMAGED_HOW(language))
    st.code(rebuild(home), language="shell")


def rebuild(home: Path) -> str:
    return f"python -m etl build --home {quoted(home)}"


def quoted(home: Path) -> str:
    return shlex.quote(str(home))
