"""Time: since when, at which hour, beside the lender's own events."""

from dashboard import figures
from dashboard.cards import Card, show
from dashboard.screen import Screen
from dashboard.trends import Shape
from etl.words import Words

RATE = Card(
    "rate_trend",
    Words(en="How did the refusal rate move?", zh="拒绝率如何变化？"),
    metrics=("refusal_rate",),
    by=(),
    has_time=True,
    figure=figures.over_time("refusal_rate", shape=Shape.LINES),
)
LAYER_RATES = Card(
    "layer_rate_trend",
    Words(en="Which layer moved it?", zh="是哪一层面引起的变化？"),
    metrics=("refusal_rate",),
    by=("layer",),
    own=("layer",),
    has_time=True,
    figure=figures.over_time("refusal_rate", split="layer", shape=Shape.PANELS),
)
VOLUME = Card(
    "volume",
    Words(en="How many tried to borrow?", zh="有多少人次尝试借款？"),
    metrics=("attempts",),
    by=(),
    has_time=True,
    figure=figures.over_time("attempts"),
)
HOURS = Card(
    "week_hours",
    Words(en="At which hour of the week are refusals frequent?", zh="一周中哪个时段拒绝更多？"),
    metrics=("refusal_rate",),
    by=("weekday", "hour"),
    own=("weekday", "hour"),
    figure=figures.week_clock("refusal_rate"),
)
DAYS = Card(
    "calendar",
    Words(en="Which days stand out?", zh="哪些日子异常？"),
    metrics=("refusal_rate",),
    by=("day",),
    figure=figures.calendar("refusal_rate"),
)
CARDS = (RATE, LAYER_RATES, VOLUME, HOURS, DAYS)


def render(screen: Screen) -> None:
    for card in CARDS:
        show(card, screen)
