"""Bars of what stands alone on refusals: what would be rescued if its rule went, and what is only the one recorded."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard.charts import BAR_HEIGHT, FAINT, MANY, THIN_BAR, wrapped
from dashboard.marks import Marks
from dashboard.sketch import LEGEND_ON_TOP, Sketch, listed
from etl.intervals import MINIMUM_N
from etl.words import Words

MOST = 14
"""Bars; the table and the files have all."""
ROOM = 1.8
"""Times the longest bar: room for the share behind it."""
FREED = Words(en="Rescued if this rule went", zh="去掉该规则即可挽回")
ONLY_ONE = Words(en="Only one recorded", zh="仅记录此一项")
AXIS = Words(en="Alone, number of refusals", zh="仅列此一项的拒绝（次）")
SHARE = Words(en="  {share} of {all}", zh="  {all} 中的 {share}")
HOVER = Words(
    en="<b>{name}</b><br>{alone} of {all} refusals that carry it carry nothing else: <b>{share}</b><br>"
    "of these, {freed} with all gates judged: rescued if this rule went",
    zh="<b>{name}</b><br>列有此项的 {all} 次拒绝中，{alone} 次仅列此一项：<b>{share}</b><br>"
    "其中全部关口均已评估的 {freed} 次：去掉该规则即可挽回",
)
FEW = Words(en="fewer than {n} refusals: too few to judge", zh="拒绝不足 {n} 次，样本过少")


def bars(frame: pd.DataFrame, marks: Marks, level: str) -> Sketch:
    """The most refusals on top; hatched what is only the one recorded."""
    shown = frame.sort_values(["refusals_alone", level], ascending=[False, True]).head(MOST).reset_index(drop=True)
    sketch = Sketch((BAR_HEIGHT if len(shown) <= MANY else THIN_BAR) * len(shown) + 96)
    hover = [_said(row, marks, level) for row in shown.to_dict("records")]
    only = shown["refusals_alone"] - shown["refusals_freed"]
    sketch.add(
        _segment(shown, marks, level, shown["refusals_freed"], marks.words(FREED), hover),
        _segment(shown, marks, level, only, marks.words(ONLY_ONE), hover, "/"),
        _shares(shown, marks, level),
    )
    names = [wrapped(marks.label(level, name)) for name in shown[level]]
    sketch.set(
        yaxis={**listed(names), "range": [len(shown) - 0.5, -0.5], "showgrid": False},
        xaxis={
            "title": {"text": marks.words(AXIS), "standoff": 8},
            "tickformat": ",~f",
            "range": [0, (shown["refusals_alone"].max() or 1) * ROOM],
            "zeroline": False,
            "nticks": 5,
        },
        barmode="stack",
        showlegend=True,
        legend=LEGEND_ON_TOP,
    )
    return sketch


def _segment(
    shown: pd.DataFrame,
    marks: Marks,
    level: str,
    length: "pd.Series[int]",
    name: str,
    hover: list[str],
    pattern: str = "",
) -> dict[str, object]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": length,
        "y": list(range(len(shown))),
        "marker": {
            "color": [marks.colour(level, value) for value in shown[level]],
            "opacity": [1.0 if marks.is_chosen(level, value) else FAINT for value in shown[level]],
            "line": {"width": 0},
            "pattern": {"shape": pattern, "solidity": 0.4, "size": 6},
        },
        "customdata": [[value] for value in shown[level]],
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _shares(shown: pd.DataFrame, marks: Marks, level: str) -> dict[str, object]:
    """Behind each bar: which share of the refusals that carry it at all."""
    return {
        "type": "scatter",
        "mode": "text",
        "showlegend": False,
        "x": shown["refusals_alone"],
        "y": list(range(len(shown))),
        "text": [
            marks.words(SHARE, share=f"{share:.1%}", all=f"{whole:,}")
            for share, whole in zip(shown["share_alone"], shown["refusals"], strict=True)
        ],
        "textposition": "middle right",
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _said(row: Mapping[Any, Any], marks: Marks, level: str) -> str:
    counts = {name: f"{row[f'refusals{side}']:,}" for name, side in _SIDES.items()}
    said = marks.words(HOVER, name=marks.label(level, row[level]), share=f"{row['share_alone']:.1%}", **counts)
    few = [marks.words(FEW, n=MINIMUM_N)] if row["refusals"] < MINIMUM_N else []
    return "<br>".join([said, *few])


_SIDES = {"all": "", "alone": "_alone", "freed": "_freed"}
