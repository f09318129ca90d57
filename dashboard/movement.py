"""What moved against the period compared with, beyond chance: the first thing to look at on a bad morning."""

from typing import Any

import pandas as pd

from dashboard import formats, state, words
from dashboard.answers import NO_SUCH_TIME, Answer, Card, Drawn, marks
from dashboard.charts import strength, whiskers, wrapped
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.sketch import Sketch, listed
from etl.catalogue.dimensions import DIMENSIONS
from etl.movers import FALSE_DISCOVERIES, can_tell
from etl.snapshot import EVERYWHERE
from etl.words import Words

MOST = 8
"""Bars; the table and the files have all movers."""
ROW, ROOM, EDGE = 34, 0.55, 0.04
"""The height of a bar, and the parts of what the bars take that stay free: for the rates, and on the other side."""
AROUND = 80
"""Pixels for the axis and its title in two lines."""
NAMED = Words(en="{cause} · {region}", zh="{cause} · {region}")
AXIS = Words(en="Refusals more or fewer than the earlier rate gives", zh="较此前拒绝率多出或减少的拒绝（次）")
HOVER = Words(
    en="<b>{name}</b><br>{additional} refusals than at the earlier rate<br>{low} to {high} (95% interval)<br>"
    "now {now}: {refusals} of {decided} decided<br>before {before}: {refusals_before} of {decided_before} decided",
    zh="<b>{name}</b><br>较此前拒绝率 {additional} 次拒绝<br>95% 区间 {low} 至 {high}<br>"
    "现在 {now}：已决 {decided} 中拒绝 {refusals}<br>此前 {before}：已决 {decided_before} 中拒绝 {refusals_before}",
)
QUIET = Words(
    en="Nothing moved more than chance would move it: {n} causes and regions were tested.",
    zh="共检验 {n} 个原因与地区，没有超出偶然的变化。",
)
TOO_FEW_DAYS = Words(
    en="The log begins less than two weeks before the end of the period compared with: too few days to tell what is"
    " beyond chance.",
    zh="日志起始距对比时段结束不足两周，天数过少，无法判断哪些变化超出偶然。",
)
NOTHING_TO_COMPARE = Words(
    en="Choose in the sidebar what the period is to be compared with.", zh="请在侧栏选择对比时段。"
)


def _moved(card: Card, screen: Screen) -> Answer:
    if not screen.snapshot.has("day"):
        return Answer(card, screen.words(NO_SUCH_TIME, names=screen.words(DIMENSIONS["day"].words)))
    if screen.comparison is None:
        return Answer(card, _no_comparison(screen))
    if not can_tell(screen.snapshot, screen.comparison):
        return Answer(card, screen.words(TOO_FEW_DAYS))
    by = [name for name in card.own if screen.snapshot.has(name)]
    question = screen.question(card.metrics, by, without=card.own)
    found, tested = state.movers(screen.snapshot, question, screen.comparison)
    if found.empty:
        return Answer(card, screen.words(QUIET, n=tested))
    totals = screen.ask(screen.question(card.metrics, without=card.own))
    return Answer(card, "", totals, Drawn(question, found, movement(found.head(MOST), marks(screen))))


def _no_comparison(screen: Screen) -> str:
    if not screen.filters.is_too_early(screen.info):
        return screen.words(NOTHING_TO_COMPARE)
    return screen.words(words.TOO_EARLY, day=formats.day(screen.info.first_day, screen.language))


def movement(frame: pd.DataFrame, marks: Marks) -> Sketch:
    """Bars to the right where there are more refusals, to the left where there are fewer, with their intervals."""
    sketch = Sketch(ROW * len(frame) + AROUND)
    rows = frame.to_dict("records")
    sketch.add(_bars(frame, rows, marks), _rates(frame, rows))
    names = [wrapped(_name(row, marks), 24) for row in rows]
    sketch.set(
        yaxis={**listed(names), "range": [len(rows) - 0.5, -0.5], "showgrid": False},
        xaxis={
            "title": {"text": wrapped(marks.words(AXIS)), "standoff": 8},
            "tickformat": ",~f",
            "range": _range(frame),
            "zeroline": True,
            "nticks": 6,
        },
    )
    return sketch


def _bars(frame: pd.DataFrame, rows: list[dict[Any, Any]], marks: Marks) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "x": frame["additional"],
        "y": list(range(len(rows))),
        "error_x": whiskers(frame, "additional"),
        "marker": {
            "color": [marks.colour("cause", row["cause"]) for row in rows],
            "opacity": [_strength(row, marks) for row in rows],
            "line": {"width": 0},
        },
        "customdata": [[row["cause"], *([row["region"]] if row["region"] != EVERYWHERE else [])] for row in rows],
        "hovertext": [_said(row, marks) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _rates(frame: pd.DataFrame, rows: list[dict[Any, Any]]) -> dict[str, Any]:
    """To the right of each interval, and of zero: the rate before and now. The names stand on the left."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": frame["additional_high"].clip(lower=0),
        "y": list(range(len(rows))),
        "text": [f"  {row['refusal_rate_before']:.1%} → {row['refusal_rate']:.1%}  " for row in rows],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "cliponaxis": False,
        "showlegend": False,
    }


def _range(frame: pd.DataFrame) -> list[float]:
    """Zero is always in it; on the right there is room for the rates, on a phone too."""
    low, high = min(0.0, frame["additional_low"].min()), max(0.0, frame["additional_high"].max())
    width = high - low
    return [low - EDGE * width, high + ROOM * width]


def _strength(row: dict[Any, Any], marks: Marks) -> float:
    places = [("cause", row["cause"]), *([("region", row["region"])] if row["region"] != EVERYWHERE else [])]
    return min(strength(marks, name, value) for name, value in places)


def _name(row: dict[Any, Any], marks: Marks) -> str:
    cause = marks.label("cause", row["cause"])
    if row["region"] == EVERYWHERE:
        return cause
    return marks.words(NAMED, cause=cause, region=marks.label("region", row["region"]))


def _said(row: dict[Any, Any], marks: Marks) -> str:
    counts = {name: f"{row[name]:,.0f}" for name in ("refusals", "decided", "refusals_before", "decided_before")}
    return marks.words(
        HOVER,
        name=_name(row, marks),
        additional=f"{row['additional']:+,.0f}",
        low=f"{row['additional_low']:+,.0f}",
        high=f"{row['additional_high']:+,.0f}",
        now=f"{row['refusal_rate']:.2%}",
        before=f"{row['refusal_rate_before']:.2%}",
        **counts,
    )


MOVERS = Card(
    "movers",
    Words(en="What moved, beyond chance?", zh="哪些变化超出偶然？"),
    metrics=("refusal_rate",),
    by=("cause",),
    own=("cause", "region"),
    has_before=True,
    answered=_moved,
    note=Words(
        en="Every cause is tested, everywhere and region by region, against the period compared with: the difference "
        "of the two rates, with a 95 % interval that is as wide as the days of the eight weeks before scattered, false "
        f"discoveries held to {FALSE_DISCOVERIES:.0%} (Benjamini–Hochberg). A bar is how many refusals there are "
        "beyond what the earlier rate would give; a region is named where a cause is concentrated or moves otherwise "
        "than elsewhere. The table has all of them.",
        zh="逐一检验每个原因（全国及各地区）与对比时段的拒绝率之差：95% 区间按此前八周的日间离散程度放宽，"
        f"错误发现率控制在 {FALSE_DISCOVERIES:.0%}（本雅明尼–霍赫贝格法）。条形为较此前拒绝率多出或减少的拒绝次数；"
        "原因集中于某地区或该地区变化与其他地区不同时，标出地区。表格列出全部。",
    ),
)
