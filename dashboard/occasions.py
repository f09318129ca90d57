"""The lender's own calendar on a time axis: numbered lines and bands, and the list that says what the numbers mean."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pandas as pd
import plotly.graph_objects as go

from dashboard import colours, formats
from dashboard.marks import Marks
from etl.catalogue import load_catalogue

CLOSE = 0.03
"""The part of the axis that a number needs: some 14 pixels on half a screen."""


@dataclass(frozen=True)
class Occasion:
    """One event with its number in the figure."""

    number: int
    start: datetime
    last: datetime
    text: str
    region: str

    @property
    def is_moment(self) -> bool:
        """Whether it is drawn as a line: shorter than a day."""
        return self.last - self.start < timedelta(hours=23)


def occasions(events: pd.DataFrame, marks: Marks) -> list[Occasion]:
    """The events that touch the days shown and the regions chosen, in order of time."""
    since, until = (
        datetime.combine(marks.since or date.min, time.min),
        datetime.combine(marks.until or date.max, time.max),
    )
    until = min(until, marks.as_of or until)
    kept = [
        row
        for row in events.sort_values("start_at").to_dict("records")
        if row["start_at"] <= until and row["last_at"] >= since and _concerns(row["region"], marks)
    ]
    return [_occasion(number, row, marks) for number, row in enumerate(kept, start=1)]


def _concerns(region: object, marks: Marks) -> bool:
    return not isinstance(region, str) or not region or passes(region, marks)


def passes(region: str, marks: Marks) -> bool:
    """Whether a region is inside what is chosen, itself and the part of the country it lies in."""
    known = load_catalogue().regions.get(region)
    return marks.is_chosen("region", region) and (known is None or marks.is_chosen("macro_region", known.parent))


def _occasion(number: int, row: dict[str, object], marks: Marks) -> Occasion:
    region = row["region"] if isinstance(row["region"], str) else ""
    start, last = (pd.Timestamp(str(row[name])).to_pydatetime() for name in ("start_at", "last_at"))
    return Occasion(number, start, last, str(row[str(marks.language)]), region)


def _inside(moment: datetime, marks: Marks) -> datetime:
    """The moment, moved to the edge of the days shown where it lies outside."""
    first = datetime.combine(marks.since or date.min, time.min)
    return min(max(moment, first), datetime.combine(marks.until or date.max, time.max))


def draw_on(figure: go.Figure, found: list[Occasion], marks: Marks) -> go.Figure:
    """Lines and bands over the whole height, their numbers above; what each is shows under the pointer.

    The numbers stand on the axis `y99`, which every trend keeps for them.
    """
    if not found:
        return figure
    has_row = figure.layout.yaxis99.overlaying is None
    figure.add_trace(
        {
            "type": "scatter",
            "x": [_inside(one.start, marks) for one in found],
            "y": [0.2 if has_row else 1.0] * len(found),
            "yaxis": "y99",
            "mode": "markers+text",
            "text": _numbers(found, figure, marks),
            "textposition": "top center",
            "textfont": {"size": 10},
            "marker": {"symbol": "triangle-down", "size": 8, "color": colours.MUTED},
            "hovertext": [f"<b>{one.text}</b><br>{when(one, marks)}" for one in found],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
        }
    )
    figure.layout.shapes = [_mark(one, marks) for one in found]
    figure.layout.margin.t = 14 if has_row else 26
    return figure


def _numbers(found: list[Occasion], figure: go.Figure, marks: Marks) -> list[str]:
    """What stands above each mark: its number, or `3–5` above the first of several that are too close for their own."""
    first, last = (pd.Timestamp(end) for end in figure.layout.xaxis.range)
    room = (last - first) * CLOSE
    groups: list[list[Occasion]] = []
    for one in found:
        if groups and _inside(one.start, marks) - _inside(groups[-1][0].start, marks) < room:
            groups[-1].append(one)
        else:
            groups.append([one])
    texts = [(str(g[0].number) if len(g) == 1 else f"{g[0].number}–{g[-1].number}", len(g) - 1) for g in groups]
    return [text for number, more in texts for text in (number, *[""] * more)]


def _mark(one: Occasion, marks: Marks) -> dict[str, object]:
    height = {"y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    if one.is_moment:
        edge = {"color": colours.MUTED, "width": 1, "dash": "dot"}
        return {"type": "line", "x0": one.start, "x1": one.start, "line": edge, **height}
    ends = {"x0": _inside(one.start, marks), "x1": _inside(one.last, marks)}
    return {"type": "rect", **ends, "line": {"width": 0}, "fillcolor": colours.MUTED, "opacity": 0.16, **height}


def when(one: Occasion, marks: Marks) -> str:
    return formats.span(one.start.date(), one.last.date(), marks.language)


def legend(found: list[Occasion], marks: Marks) -> str:
    """`1 11.11 promotion (10 – 12 Nov 2025) · 2 …`"""
    return " · ".join(f"**{one.number}** {one.text} ({when(one, marks)})" for one in found)
