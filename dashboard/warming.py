"""What the first reader will ask for, asked before."""

import logging
from pathlib import Path

from dashboard import state
from dashboard.cards import answer
from dashboard.filters import opening
from dashboard.screen import Screen
from dashboard.views import causes, over_time, overview, regions
from etl.errors import RefusalLensError
from etl.words import Language

logger = logging.getLogger(__name__)


def answer_opening_questions(home: Path) -> None:
    """Every card as the screen opens. A home without a readable snapshot has a page of its own, and no questions."""
    try:
        snapshot = state.snapshot(home)
        screen = Screen(snapshot, opening(snapshot.info, Language.EN))
        for card in (*overview.CARDS, *causes.CARDS, *regions.CARDS, *over_time.CARDS):
            answer(card, screen, card.asked(screen))
    except RefusalLensError as problem:
        logger.info("nothing to warm in %s: %s", home, problem)
