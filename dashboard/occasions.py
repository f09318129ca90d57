"""The lender's own calendar and changes of code lists on a time axis: numbered marks, and what the numbers mean."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pandas as pd

from dashboard import colours, formats
from dashboard.marks import Marks
from dashboard.sketch import Sketch
from etl.catalogue import load_catalogue

DAYS_OF_A_YEAR = 366
CLOSE = 0.03
"""The part of the axis that a number needs: some 14 pixels on half a screen."""

CLOSE_IN_PANELS = 0.13
"""The same of a panel, a third as wide."""


@dataclass(frozen=True)
class Occasion:
    """One event with its number in the figure."""

    number: int
    start: datetime
    last: datetime
    text: str
    region: str
    is_break: bool = False
    """Whether another code list begins here, so that codes before and after it are not alike."""

    @property
    def is_moment(self) -> bool:
        """Whether it is drawn as a line: shorter than a day."""
        return self.last - self.start < timedelta(hours=23)


def occasions(events: pd.DataFrame, marks: Marks, grain: str = "day") -> list[Occasion]:
    """The events that touch the days shown and the regions chosen, in order of time; among years, only breaks."""
    since, until = (
        datetime.combine(marks.since or date.min, time.min),
        datetime.combine(marks.until or date.max, time.max),
    )
    until = min(until, marks.as_of or until)
    kept = [
        row
        for row in events.sort_values("start_at").to_dict("records")
        if row["start_at"] <= until and row["last_at"] >= since and _concerns(row["region"], marks)
        if grain != "year" or _is_break(row)
    ]
    return [_occasion(number, row, marks) for number, row in enumerate(kept, start=1)]


def _is_break(row: dict[str, object]) -> bool:
    return bool(row.get("is_break", False))


def _concerns(region: object, marks: Marks) -> bool:
    return not isinstance(region, str) or not region or passes(region, marks)


def passes(region: str, marks: Marks) -> bool:
    """Whether a region is inside what is chosen, itself and the part of the country it lies in."""
    known = load_catalogue().regions.get(region)
    return marks.is_chosen("region", region) and (known is None or marks.is_chosen("macro_region", known.parent))


def _occasion(number: int, row: dict[str, object], marks: Marks) -> Occasion:
    region = row["region"] if isinstance(row["region"], str) else ""
    start, last = (pd.Timestamp(str(row[name])).to_pydatetime() for name in ("start_at", "last_at"))
    return Occasion(number, start, last, str(row[str(marks.language)]), region, _is_break(row))


def _inside(moment: datetime, marks: Marks) -> datetime:
    """The moment, moved to the edge of the days shown where it lies outside."""
    first = datetime.combine(marks.since or date.min, time.min)
    return min(max(moment, first), datetime.combine(marks.until or date.max, time.max))


def draw_on(figure: Sketch, found: list[Occasion], marks: Marks) -> Sketch:
    """Lines and bands over the whole height, their numbers above; what each is shows under the pointer.

    The numbers stand on the axis `y99`, which every trend keeps for them.
    """
    if not found:
        return figure
    has_row = "overlaying" not in figure.layout["yaxis99"]
    figure.add(
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
            "hovertext": [_said(one, marks) for one in found],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
        }
    )
    figure.set(shapes=[_mark(one, marks) for one in found], margin={"t": 14 if has_row else 26})
    return figure


def draw_in_panels(figure: Sketch, found: list[Occasion], marks: Marks) -> Sketch:
    """As `draw_on` in each panel of small multiples, with the numbers in the uppermost of them only."""
    axes = [name.removeprefix("xaxis") for name in figure.layout if name.startswith("xaxis")]
    highest = max((figure.layout[f"yaxis{axis}"]["domain"][1] for axis in axes), default=1)
    numbers = _numbers(found, figure, marks, CLOSE_IN_PANELS)
    for axis in axes:
        upright = {"yref": f"y{axis} domain"}
        for one, number in zip(found, numbers, strict=True):
            figure.shape(**{**_mark(one, marks), "xref": f"x{axis}", **upright})
            if number and figure.layout[f"yaxis{axis}"]["domain"][1] == highest:
                spot = {"x": _inside(one.start, marks), "xref": f"x{axis}", "y": 1, "xanchor": "left", "yanchor": "top"}
                figure.note(text=number, hovertext=_said(one, marks), font={"size": 9}, **spot, **upright)
    return figure


def _numbers(found: list[Occasion], figure: Sketch, marks: Marks, close: float = CLOSE) -> list[str]:
    """What stands above each mark: its number, or `3–5` above the first of several that are too close for their own."""
    first, last = (pd.Timestamp(end) for end in figure.layout["xaxis"]["range"])
    room = (last - first) * close
    groups: list[list[Occasion]] = []
    for one in found:
        if groups and _inside(one.start, marks) - _inside(groups[-1][0].start, marks) < room:
            groups[-1].append(one)
        else:
            groups.append([one])
    texts = [(str(g[0].number) if len(g) == 1 else f"{g[0].number}–{g[-1].number}", len(g) - 1) for g in groups]
    return [text for number, more in texts for text in (number, *[""] * more)]


def draw_on_years(figure: Sketch, found: list[Occasion], marks: Marks, years: list[int]) -> Sketch:
    """As `draw_on` where years stand side by side as categories: a break on the first of January lies between two."""
    shown = [one for one in found if one.start.year in years]
    if not shown:
        return figure
    figure.set(shapes=[_break(_among(one.start, years), marks) for one in shown], margin={"t": 26})
    for one in shown:
        spot = {"x": _among(one.start, years), "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom"}
        figure.note(text=str(one.number), hovertext=_said(one, marks), font={"size": 10}, **spot)
    return figure


def _among(moment: datetime, years: list[int]) -> float:
    """The place of a moment on an axis of years, of which the first one's middle is at 0."""
    return years.index(moment.year) - 0.5 + (moment.timetuple().tm_yday - 1) / DAYS_OF_A_YEAR


def _break(at: object, marks: Marks) -> dict[str, object]:
    edge = {"color": colours.outline(marks.is_dark), "width": 1.5, "dash": "dash"}
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": edge}


def _said(one: Occasion, marks: Marks) -> str:
    return f"<b>{one.text}</b><br>{when(one, marks)}"


def _mark(one: Occasion, marks: Marks) -> dict[str, object]:
    if one.is_break:
        return _break(one.start, marks)
    height = {"y0": 0, "y1": 1, "yref": "paper", "layer": "below"}
    if one.is_moment:
        edge = {"color": colours.MUTED, "width": 1, "dash": "dot"}
        return {"type": "line", "x0": one.start, "x1": one.start, "line": edge, **height}
    ends = {"x0": _inside(one.start, marks), "x1": _inside(one.last, marks)}
    return {"type": "rect", **ends, "line": {"width": 0}, "fillcolor": colours.MUTED, "opacity": 0.16, **height}


def when(one: Occasion, marks: Marks) -> str:
    return formats.span(one.start.date(), one.last.date(), marks.language, marks.time_grain)


def legend(found: list[Occasion], marks: Marks) -> str:
    """`1 11.11 promotion (10 – 12 Nov 2025) · 2 …`"""
    return " · ".join(f"**{one.number}** {one.text} ({when(one, marks)})" for one in found)
