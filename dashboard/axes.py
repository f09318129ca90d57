"""The time axis: buckets from their first moment to their last, each named by its start under its middle."""

import pandas as pd

from dashboard.marks import Marks
from etl.words import Language, Words

TITLES = {
    "hour": Words(en="Hour", zh="小时"),
    "day": Words(en="Day", zh="日"),
    "week": Words(en="Week, by its Monday", zh="周（以周一计）"),
    "month": Words(en="Month", zh="月"),
    "quarter": Words(en="Quarter", zh="季度"),
    "year": Words(en="Year", zh="年"),
}
_TICKS = {
    Language.EN: ("%-d %b\n%H:%M", "%-d %b\n%Y", "%b\n%Y", "%Y"),
    Language.ZH: ("%-m月%-d日\n%H:%M", "%-m月%-d日\n%Y年", "%-m月\n%Y年", "%Y年"),
}
"""Texts at ticks less than a day, a month and half a year apart, and further."""
_DAY = 86_400_000
MOST_TICKS = 4
"""Their texts stand side by side on a phone, too."""
WIDTH = 0.88
"""Of a bar in its bucket."""


def middle(rows: pd.DataFrame) -> pd.Series:
    """Of each bucket: what is drawn there covers its days, and an event beside it lies where it was."""
    return rows["at"] + (rows["end"] - rows["at"]) / 2


def time_axis(timed: pd.DataFrame, grain: str, marks: Marks) -> dict[str, object]:
    axis: dict[str, object] = {"title": {"text": marks.words(TITLES[grain]), "standoff": 8}}
    if grain == "year":
        return {**axis, "type": "category", "range": [-0.5, timed["at"].nunique() - 0.5]}
    axis |= {"type": "date", "nticks": MOST_TICKS, "tickangle": 0, "range": [timed["at"].min(), timed["end"].max()]}
    if grain == "hour":
        return {**axis, "tickformatstops": _stops(marks.language)}
    buckets = timed.drop_duplicates("at").sort_values("at")
    shown = buckets.iloc[:: -(-len(buckets) // MOST_TICKS)]
    return {**axis, "tickmode": "array", "tickvals": list(middle(shown)), "ticktext": _ticks(shown, grain, marks)}


def _ticks(shown: pd.DataFrame, grain: str, marks: Marks) -> list[str]:
    """Under each bucket its name by its start, the year only where it changes."""
    text, year = _TICKS[marks.language][1 if grain in {"day", "week"} else 2].split("\n")
    changes = shown["at"].dt.year.diff() != 0
    return [
        f"{at:{text}}<br>{at:{year}}" if is_new else f"{at:{text}}"
        for at, is_new in zip(shown["at"], changes, strict=True)
    ]


def _stops(language: Language) -> list[dict[str, object]]:
    bounds = [None, _DAY, 28 * _DAY, "M6", None]
    return [
        {"dtickrange": [bounds[place], bounds[place + 1]], "value": text} for place, text in enumerate(_TICKS[language])
    ]
