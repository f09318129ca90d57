"""A card that cannot be answered says why in the language of the page, and nothing of the command line."""

from collections.abc import Callable

import pytest

from dashboard.answers import Card, answer
from dashboard.filters import Filters
from dashboard.screen import Screen
from dashboard.views import over_time
from etl.question import Selection
from etl.snapshot import Snapshot
from etl.words import Language, Words

REFUSED = Card("refused_amounts", Words(en="How much?", zh="多少？"), metrics=("amount_refused",), by=("region",))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "Amounts in several currencies cannot be added. Filter by currency to see them."),
        (Language.ZH, "多个币种的金额不能相加。请按币种筛选后查看。"),
    ],
)
def test_amounts_in_several_currencies_are_refused_in_the_language_of_the_page(
    publish: Callable[..., Snapshot], language: Language, said: str
) -> None:
    two = publish("outcome|region|amount|currency\nrefused|CN-GD|100|CNY\nrefused|CN-GD|7|USD")

    assert answer(REFUSED, Screen(two, Filters(preset="all", compare=None, language=language))).said == said


def test_a_trend_of_refusals_by_layer_is_empty_where_nothing_was_refused_for_the_cause(
    publish: Callable[..., Snapshot],
) -> None:
    snapshot = publish("outcome|region|reason_codes\napproved|CN-GD|\nrefused|CN-GD|U101")
    filters = Filters(preset="all", compare=None).narrowed("cause", Selection(("policy",)))

    answers = [answer(card, Screen(snapshot, filters)) for card in over_time.cards(Screen(snapshot, filters))]

    assert [(found.drawn, found.said) for found in answers if "layer" in found.card.by] == [(None, "")]
