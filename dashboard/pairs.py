"""The matrix of what comes together: of the refusals that carry the row, the share that carry the column, too."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard import grids
from dashboard.charts import Trace
from dashboard.marks import Marks
from dashboard.sketch import Sketch, listed
from etl.intervals import MINIMUM_N
from etl.words import Words

MOST = 16
"""Rows and columns, those that are carried most; the table and the files have all."""
ROW, BELOW = 23, 24
LEAST_SHOWN = 0.005
"""A share below is too small for the digits of a cell, and is yet more than none."""
BOTH = Words(
    en="<b>{row} · {column}</b><br>{both} of {all} refusals with {row} also carry {column}: <b>{share}</b>",
    zh="<b>{row} · {column}</b><br>列有{row}的 {all} 次拒绝中，{both} 次同时列有{column}：<b>{share}</b>",
)
ITSELF = Words(en="<b>{row}</b><br>{all} refusals carry it", zh="<b>{row}</b><br>{all} 次拒绝列有此项")
NOT_LOOKED_FOR = Words(
    en="<b>{row}</b><br>{all} refusals, all of gates that did not judge further: what else there was is not known",
    zh="<b>{row}</b><br>{all} 次拒绝均来自未继续评估的关口：是否另有拒因未知",
)
FEW = Words(en="fewer than {n} refusals: too few to judge", zh="拒绝不足 {n} 次，样本过少")


def matrix(frame: pd.DataFrame, marks: Marks, level: str) -> Sketch:
    """Cells of shares on one scale; the diagonal holds counts, rows that nobody looked behind are grey."""
    down, across = rows_and_columns(frame, level)
    shown = frame[frame[level].isin(down) & frame[f"{level}_with"].isin(across)].reset_index(drop=True)
    is_same, few = shown[level] == shown[f"{level}_with"], shown["refusals"] < MINIMUM_N
    unknown = is_unknown(shown, level) & ~is_same
    deepest = shown["share_with"].where(~is_same & ~few & ~unknown).max()
    cells = grids.Cells(
        x=shown[f"{level}_with"].map(across.index).to_numpy(),
        y=shown[level].map(down.index).to_numpy(),
        shade=_shade(shown["share_with"], deepest),
        text=_texts(shown, is_same, few, unknown),
        hover=[_said(row, marks, level) for row in shown.to_dict("records")],
        clicks=[[str(value)] for value in shown[level]],
        is_strong=np.array([marks.is_chosen(level, str(value)) for value in shown[level]], dtype=bool),
        few=(few | unknown | is_same).to_numpy(),
        uncertain=(few & ~is_same & ~unknown).to_numpy(),
    )
    columns = [marks.label(level, name) for name in across]
    sketch = grids.drawn(cells, marks, ROW * len(down) + grids.room_for(columns) + BELOW)
    sketch.add(_counts(shown[is_same], level, down, across))
    sketch.set(xaxis={**listed(columns), "side": "top", "tickangle": -90 if len(across) > grids.FLAT_NAMES else 0})
    sketch.set(yaxis=listed([marks.label(level, name) for name in down]))
    return sketch


def rows_and_columns(frame: pd.DataFrame, level: str) -> tuple[list[str], list[str]]:
    """What is carried most, the most first; the columns begin with the rows, and what comes with them most follows."""
    down = [str(name) for name in _ordered(frame.drop_duplicates(level), level, "refusals")][:MOST]
    others = frame[~frame[f"{level}_with"].isin(frame[level])].groupby(f"{level}_with", as_index=False)["refusals_with"]
    across = [str(name) for name in _ordered(others.sum(), f"{level}_with", "refusals_with")]
    return down, [*down, *across][:MOST]


def _ordered(frame: pd.DataFrame, name: str, count: str) -> "pd.Series[str]":
    return frame.sort_values([count, name], ascending=[False, True])[name]


def _counts(shown: pd.DataFrame, level: str, down: list[str], across: list[str]) -> Trace:
    """How many carry the row at all, small, on the diagonal."""
    return {
        "type": "scatter",
        "mode": "text",
        "meta": grids.IN_CELLS,
        "x": shown[f"{level}_with"].map(across.index),
        "y": shown[level].map(down.index),
        "text": shown["refusals"].map(_compact),
        "textfont": {"size": 9},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def is_unknown(frame: pd.DataFrame, level: str) -> "pd.Series[bool]":
    """Rows that carry nothing else and of which no refusal was judged by all gates: a zero that nobody looked for."""
    others = frame["refusals_with"].where(frame[level] != frame[f"{level}_with"], 0)
    return (frame["refusals_judged"] == 0) & (others.groupby(frame[level]).transform("sum") == 0)


def _shade(shares: "pd.Series[float]", deepest: float) -> np.ndarray:
    if not deepest > 0:
        return np.zeros(len(shares))
    return np.interp(shares, [0.0, deepest], [0.0, 1.0])


def _texts(
    shown: pd.DataFrame, is_same: "pd.Series[bool]", few: "pd.Series[bool]", unknown: "pd.Series[bool]"
) -> list[str]:
    shares = shown["share_with"].map(_short).where(~few, grids.FEW).where(~unknown, "")
    return list(shares.where(~is_same, ""))


def _short(share: float) -> str:
    return "<1" if 0 < share < LEAST_SHOWN else f"{share * 100:.0f}"


def _compact(count: int) -> str:
    """A count in four letters, which fit a cell; the pointer tells all digits."""
    return f"{count}" if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count / 1000:.0f}k"


def _said(row: Mapping[Any, Any], marks: Marks, level: str) -> str:
    name, other = (marks.label(level, row[column]) for column in (level, f"{level}_with"))
    whole = {"row": name, "all": f"{row['refusals']:,}"}
    if name == other:
        return marks.words(ITSELF, **whole)
    if not row["refusals_judged"] and not row["refusals_with"]:
        return marks.words(NOT_LOOKED_FOR, **whole)
    both = {"column": other, "both": f"{row['refusals_with']:,}", "share": f"{row['share_with']:.1%}"}
    few = [marks.words(FEW, n=MINIMUM_N)] if row["refusals"] < MINIMUM_N else []
    return "<br>".join([marks.words(BOTH, **whole, **both), *few])
