"""One region's profile: how often each cause refuses there and in the rest of the country, the widest apart on top."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd

from dashboard import formats, state
from dashboard.answers import NO_DIMENSION, Answer, Card, Drawn, marks
from dashboard.carried import level_of
from dashboard.charts import FAINT, Trace, whiskers, wrapped
from dashboard.colours import MUTED
from dashboard.findings import Finding
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.sketch import Sketch, listed
from etl.catalogue.dimensions import DIMENSIONS
from etl.differences import is_noise
from etl.intervals import MINIMUM_N
from etl.words import Words

MOST = 20
"""Bars, of the widest differences; the table and the files have all."""
ROW, AROUND, ROOM = 26, 70, 0.5
"""Heights, and the share of the width that stays free for the rates behind the bars."""
UNSURE = 0.45
"""The opacity of a difference whose interval holds zero."""
AXIS = Words(en="Refusal rate here less elsewhere, points", zh="本地拒绝率减其他地区（百分点）")
HOVER = Words(
    en="<b>{name}</b><br>here {rate}: {refusals} of {decided} decided<br>elsewhere {rate_rest}: {refusals_rest} of "
    "{decided_rest} decided<br>difference <b>{difference}</b>, 95% interval {low} to {high}",
    zh="<b>{name}</b><br>本地 {rate}：已决 {decided} 中拒绝 {refusals}<br>其他地区 {rate_rest}：已决 {decided_rest} "
    "中拒绝 {refusals_rest}<br>相差 <b>{difference}</b>，95% 区间 {low} 至 {high}",
)
CHOOSE = Words(
    en="Choose one region, with a click above or in the sidebar: here stands how it differs from the rest.",
    zh="请点击上图或在侧栏选择一个地区，此处将显示其与其他地区的差异。",
)
NO_CONTRAST = Words(
    en="Either {name} or the rest has decided nothing under these filters.",
    zh="在此筛选条件下，{name}或其他地区没有已决。",
)
TITLE = Words(en="How does {name} differ from the rest?", zh="{name}与其他地区有何不同？")
WIDEST = Words(
    en="Widest apart: **{name}**, {rate} here and {rate_rest} elsewhere; the interval of the difference, {low} to "
    "{high}, {zero}.",
    zh="差异最大：**{name}**，本地 {rate}，其他地区 {rate_rest}；差值区间 {low} 至 {high}，{zero}。",
)
TOO_FEW = Words(
    en="Too few to judge: fewer than {n} decided, here or elsewhere.", zh="样本过少：本地或其他地区已决不足 {n}。"
)
HOLDS = {
    True: Words(en="holds zero, so it may be chance", zh="包含零，可能出于偶然"),
    False: Words(en="does not hold zero", zh="不含零"),
}
COLUMNS = {
    **{f"{name}_rest": f"{name} in all other regions together" for name in ("refusals", "decided", "refusal_rate")},
    "difference": "refusal_rate - refusal_rate_rest, as a share",
    "difference_low": "low end of its 95 % interval (Newcombe 1998, method 10)",
    "difference_high": "high end of its 95 % interval",
}


def card(screen: Screen) -> Card:
    """With the region's name in its title, where one is chosen."""
    region, level = screen.filters.only("region"), level_of(screen)
    if region is None:
        return PROFILE
    named = Words(**{one: TITLE(one, name=screen.snapshot.label("region", region, one)) for one in ("en", "zh")})
    return replace(PROFILE, question=named, own=(level,), finding=widest(level))


def _profile(card: Card, screen: Screen) -> Answer:
    region = screen.filters.only("region")
    if not screen.snapshot.has("region"):
        return Answer(card, screen.words(NO_DIMENSION, names=screen.words(DIMENSIONS["region"].words)))
    if region is None:
        return Answer(card, screen.words(CHOOSE))
    (level,) = card.own
    question = screen.question(card.metrics, (level,), without=card.own)
    frame = state.contrast(screen.snapshot, question, "region", region, level)
    if frame.empty:
        return Answer(card, screen.words(NO_CONTRAST, name=screen.label("region", region)))
    totals = screen.ask(screen.question(card.metrics, without=card.own))
    return Answer(card, "", totals, Drawn(question, frame, differences(frame, marks(screen), level), COLUMNS))


def differences(frame: pd.DataFrame, marks: Marks, level: str) -> Sketch:
    """Bars to the right where it refuses more often here, with the interval of the difference; pale if it holds 0."""
    wide = frame["difference"].abs().sort_values(ascending=False, kind="stable").head(MOST).index
    shown = frame.loc[frame.index.isin(wide)].reset_index(drop=True)
    rows = shown.to_dict("records")
    sketch = Sketch(ROW * len(rows) + AROUND)
    sketch.add(_bars(shown, rows, marks, level), _rates(rows))
    low, high = min(0.0, shown["difference_low"].min()), max(0.0, shown["difference_high"].max())
    sketch.set(
        yaxis={**listed([wrapped(marks.label(level, row[level])) for row in rows]), "showgrid": False},
        xaxis={
            "title": {"text": marks.words(AXIS), "standoff": 8},
            "range": [100 * low * 1.05, 100 * (high + ROOM * (high - low))],
            "zeroline": True,
            "nticks": 6,
        },
    )
    sketch.set(yaxis={"range": [len(rows) - 0.5, -0.5]})
    return sketch


def _bars(shown: pd.DataFrame, rows: list[dict[Any, Any]], marks: Marks, level: str) -> Trace:
    points = 100 * shown[["difference", "difference_low", "difference_high"]]
    return {
        "type": "bar",
        "orientation": "h",
        "x": points["difference"],
        "y": list(range(len(rows))),
        "error_x": whiskers(points, "difference"),
        "marker": {
            "color": [MUTED if _is_few(row) else marks.colour(level, row[level]) for row in rows],
            "opacity": [_strength(row, marks, level) for row in rows],
            "line": {"width": 0},
        },
        "customdata": [[row[level]] for row in rows],
        "hovertext": [_said(row, marks, level) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _strength(row: Mapping[Any, Any], marks: Marks, level: str) -> float:
    if not marks.is_chosen(level, row[level]):
        return FAINT
    return UNSURE if _holds_zero(row) else 1.0


def _is_few(row: Mapping[Any, Any]) -> bool:
    return bool(min(row["decided"], row["decided_rest"]) < MINIMUM_N)


def _holds_zero(row: Mapping[Any, Any]) -> bool:
    return bool(is_noise(row["difference_low"], row["difference_high"]))


def _rates(rows: list[dict[Any, Any]]) -> Trace:
    """Past the end of each interval: the rate here and elsewhere."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [100 * max(row["difference_high"], 0) for row in rows],
        "y": list(range(len(rows))),
        "text": [f"  {row['refusal_rate']:.1%} · {row['refusal_rate_rest']:.1%}" for row in rows],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "cliponaxis": False,
        "showlegend": False,
    }


def _said(row: Mapping[Any, Any], marks: Marks, level: str) -> str:
    counts = {
        f"{name}{side}": f"{row[f'{name}{side}']:,.0f}" for name in ("refusals", "decided") for side in ("", "_rest")
    }
    return marks.words(HOVER, name=marks.label(level, row[level]), **counts, **_told(row, marks))


def _told(row: Mapping[Any, Any], marks: Marks) -> dict[str, str]:
    rates = {f"rate{side}": formats.percent(row[f"refusal_rate{side}"], marks.language) for side in ("", "_rest")}
    ends = {"difference": "", "low": "_low", "high": "_high"}
    return rates | {name: formats.points(row[f"difference{end}"], marks.language) for name, end in ends.items()}


@lru_cache(maxsize=8)
def widest(level: str) -> Finding:
    """The cause with the largest difference, and whether it may be none."""

    def said(frame: pd.DataFrame, marks: Marks) -> str | None:
        if frame.empty:
            return None
        row = max(frame.to_dict("records"), key=lambda row: abs(row["difference"]))
        if _is_few(row):
            return marks.words(TOO_FEW, n=MINIMUM_N)
        holds = HOLDS[_holds_zero(row)]
        return marks.words(WIDEST, name=marks.label(level, row[level]), zero=marks.words(holds), **_told(row, marks))

    return said


PROFILE = Card(
    "profile",
    Words(en="How does one region differ from the rest?", zh="某个地区与其他地区有何不同？"),
    metrics=("refusal_rate",),
    by=(),
    own=("cause",),
    answered=_profile,
    note=Words(
        en="A bar is the cause's refusal rate in the region less that in all other regions together, under the other "
        "filters, but those on macro-regions and cities; behind it both rates, here · elsewhere. Whiskers: 95 % "
        "interval of the difference (Newcombe 1998, of Wilson intervals on n ÷ φ); pale where it holds zero. One in "
        "twenty of such intervals misses by chance.",
        zh="条形为该原因在本地区的拒绝率减去其他地区合计的拒绝率（其他筛选不变，但不计大区和城市筛选）；"
        "其后为两者：本地 · 其他地区。须线：差值的 95% 区间（Newcombe 1998，基于按 φ 折减的 Wilson 区间）；"
        "包含零者颜色较浅。此类区间约二十个中有一个因偶然而偏离。",
    ),
)
