"""What the first reader will ask for, asked before."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard import state
from dashboard.answers import draw
from dashboard.filters import opening
from dashboard.screen import Screen
from dashboard.shell import VIEWS
from etl.errors import RefusalLensError
from etl.words import Language

logger = logging.getLogger(__name__)
CONTEXT = "streamlit.runtime.scriptrunner_utils.script_run_context"
"""Who warns that there is no reader yet."""


def answer_opening_questions(home: Path) -> None:
    """Every card as the screen opens. A home without a readable snapshot has a page of its own, and no questions."""
    with _silent():
        _answer(home)


def _answer(home: Path) -> None:
    try:
        snapshot = state.snapshot(home)
        screen = Screen(snapshot, opening(snapshot.info, Language.EN))
        for view in VIEWS.values():
            draw(view.cards(screen), screen)
    except RefusalLensError as problem:
        logger.info("nothing to warm in %s: %s", home, problem)


@contextmanager
def _silent() -> Iterator[None]:
    warner = logging.getLogger(CONTEXT)
    before = warner.level
    warner.setLevel(logging.ERROR)
    try:
        yield
    finally:
        warner.setLevel(before)
