"""How far the longest bars reach together: the line of a Pareto chart, on an axis of its own above the bars."""

import pandas as pd

from dashboard import colours
from dashboard.marks import Marks
from dashboard.sketch import Sketch
from etl.words import Words

REACH = Words(en="Together, % of all refusals (dots)", zh="累计占全部拒绝 %（圆点）")
HOVER = Words(
    en="The first {n} together: <b>{sum}</b> of {all} refusals",
    zh="前 {n} 项合计：全部 {all} 次拒绝中的 <b>{sum}</b> 次",
)
ROOM, LEGEND = 46, 10
"""Heights: of the axis above the bars, and of what stands above that."""
BETWEEN = 0.5
"""Below each bar, where no number stands."""
QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def add_reach(sketch: Sketch, shown: pd.DataFrame, marks: Marks) -> None:
    """A dot per bar at the sum of the refusals so far, where the far end is all refusals: nothing is divided here."""
    sums = shown["refusals"].cumsum()
    whole = float(shown["all_refusals"].max())
    if len(shown) < 2 or not whole > 0:
        return
    texts = [
        marks.words(HOVER, n=place, sum=f"{sum_:,.0f}", all=f"{whole:,.0f}") for place, sum_ in enumerate(sums, start=1)
    ]
    sketch.add(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": sums,
            "y": [place + BETWEEN for place in range(len(shown))],
            "xaxis": "x2",
            "line": {"color": colours.MUTED, "width": 1, "dash": "dot"},
            "marker": {"size": 5, "color": colours.before(marks.is_dark)},
            "hovertext": texts,
            "hovertemplate": "%{hovertext}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
        }
    )
    sketch.height += ROOM
    if sketch.layout["showlegend"]:
        sketch.height += LEGEND
        sketch.set(legend={"y": 1 + ROOM / (sketch.height - 2 * ROOM)})
    sketch.set(
        xaxis2={
            "overlaying": "x",
            "side": "top",
            "anchor": "y",
            "range": [0, whole * 1.02],
            "tickmode": "array",
            "tickvals": [part * whole for part in QUARTERS],
            "ticktext": [f"{part:.0%}" for part in QUARTERS],
            "title": {"text": marks.words(REACH), "standoff": 6},
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        }
    )
