"""Frames become figures: bars of values, and what all figures share. Pure; times, tiles and grids have own modules."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from dashboard import colours
from dashboard.marks import Marks, is_rate, tick_format
from dashboard.sketch import LEGEND_ON_TOP, Sketch, listed
from etl.catalogue.metrics import METRICS
from etl.intervals import MINIMUM_N
from etl.words import Words

Trace = dict[str, Any]
ALL_OTHERS = Words(en="All others ({n})", zh="其余 {n} 项")
THE_OTHERS = Words(en="All others", zh="其余各项")
INTERVAL = Words(en="95% interval {low} – {high}", zh="95% 区间 {low} – {high}")
EVERYTHING = Words(en="All: {value}", zh="总体：{value}")
COMPARED = Words(en="Period compared with", zh="对比时段")
BEFORE = "_before"
"""Ends the names of columns that hold the period compared with."""
NUMBER = ",.1~f"
"""Counts; under fractional attribution they are not whole."""
OTHERS = ""
"""The clickable value of a mark that stands for several."""
FAINT = 0.28
BAR_HEIGHT, THIN_BAR, MANY = 27, 20, 20


def bars(
    frame: pd.DataFrame,
    marks: Marks,
    dimension: str,
    metric: str,
    *,
    top: int | None = None,
    others: pd.DataFrame | None = None,
    whole: float | None = None,
) -> Sketch:
    """Horizontal bars, the longest on top. Beyond `top` values the row of `others` stands for the rest."""
    shown = ranked(frame, dimension, metric, top, others)
    names = [_name(value, marks, dimension, len(frame) - (top or 0)) for value in shown[dimension]]
    sketch = Sketch((BAR_HEIGHT if len(shown) <= MANY else THIN_BAR) * len(shown) + 70)
    sketch.add(_bars(shown, marks, dimension, metric))
    if f"{metric}{BEFORE}" in shown:
        sketch.add(_before(shown, marks, dimension, metric))
        sketch.height += 26
        sketch.set(showlegend=True, legend=LEGEND_ON_TOP)
    if not _has_interval(shown, metric):
        sketch.add(_numbers(shown, marks, dimension, metric))
    sketch.set(yaxis={**listed(names), "range": [len(shown) - 0.5, -0.5], "showgrid": False})
    sketch.set(xaxis=_value_axis(shown, marks, metric))
    if whole is not None:
        _reference(sketch, marks, metric, whole)
    return sketch


def _value_axis(shown: pd.DataFrame, marks: Marks, metric: str) -> dict[str, object]:
    return {
        "title": {"text": marks.axis(metric), "standoff": 8},
        "tickformat": tick_format(metric),
        "range": [0, _reach(shown, metric) or 1],
        "zeroline": False,
        "nticks": 6,
    }


def ranked(
    frame: pd.DataFrame, dimension: str, metric: str, top: int | None, others: pd.DataFrame | None
) -> pd.DataFrame:
    ranked = frame.sort_values([metric, dimension], ascending=[False, True], na_position="last")
    if top is None or len(ranked) <= top + 1 or others is None:
        return ranked.reset_index(drop=True)
    return pd.concat([ranked.head(top), others.assign(**{dimension: OTHERS})], ignore_index=True)


def is_cut(frame: pd.DataFrame, top: int) -> bool:
    """Whether a chart of so many bars needs one for all others; one bar too many is simply drawn."""
    return len(frame) > top + 1


def top_values(frame: pd.DataFrame, dimension: str, metric: str, top: int) -> tuple[str, ...]:
    """The values that get bars of their own: what the question about all others leaves out."""
    return tuple(ranked(frame, dimension, metric, None, None)[dimension].head(top))


def _name(value: str, marks: Marks, dimension: str, rest: int) -> str:
    if value == OTHERS:
        return marks.words(ALL_OTHERS, n=rest)
    return wrapped(marks.label(dimension, value))


def wrapped(text: str, width: int = 30) -> str:
    """A long name on two lines, broken near its middle, so that it leaves room for its bar."""
    if len(text) <= width or " " not in text:
        return text
    middle = len(text) // 2
    breaks = [place for place, letter in enumerate(text) if letter == " "]
    place = min(breaks, key=lambda at: abs(at - middle))
    return f"{text[:place]}<br>{text[place + 1 :]}"


def _bars(shown: pd.DataFrame, marks: Marks, dimension: str, metric: str) -> Trace:
    few = is_few(shown, metric)
    return {
        "type": "bar",
        "orientation": "h",
        "showlegend": False,
        "x": shown[metric],
        "y": list(range(len(shown))),
        "error_x": whiskers(shown, metric),
        "marker": {
            "color": [
                _bar_colour(marks, dimension, value, small) for value, small in zip(shown[dimension], few, strict=True)
            ],
            "opacity": [strength(marks, dimension, value) for value in shown[dimension]],
            "line": {"width": 0},
        },
        "customdata": custom(shown, (dimension,), marks, metric),
        "hovertemplate": hover(shown, marks, metric, 1, "x"),
    }


def _before(shown: pd.DataFrame, marks: Marks, dimension: str, metric: str) -> Trace:
    """A thin upright line where each bar ended in the period compared with."""
    names = {f"{name}{BEFORE}": name for name in counted(shown, metric)}
    earlier = shown[[dimension, *names]].rename(columns=names)
    title = marks.words(COMPARED)
    number = "%{x:.2%}" if is_rate(metric) else f"%{{x:{NUMBER}}}"
    lines = [f"<b>%{{customdata[1]}}</b><br>{title}: <b>{number}</b>"]
    if is_rate(metric):
        lines.append(marks.fraction(metric, f"%{{customdata[2]:{NUMBER}}}", f"%{{customdata[3]:{NUMBER}}}"))
    return {
        "type": "scatter",
        "x": shown[f"{metric}{BEFORE}"],
        "y": list(range(len(shown))),
        "mode": "markers",
        "marker": {"symbol": "line-ns", "size": 17, "line": {"width": 2, "color": colours.before(marks.is_dark)}},
        "name": marks.words(COMPARED),
        "hovertemplate": "<br>".join(lines) + "<extra></extra>",
        "customdata": custom(earlier, (dimension,), marks, metric),
    }


def _bar_colour(marks: Marks, dimension: str, value: str, few: bool) -> str:
    if value == OTHERS:
        return colours.OTHERS
    return colours.MUTED if few else marks.colour(dimension, value)


def _numbers(shown: pd.DataFrame, marks: Marks, dimension: str, metric: str) -> Trace:
    """The number behind each bar, past whichever ends later: now or before."""
    return {
        "type": "scatter",
        "x": _ends(shown, metric),
        "y": list(range(len(shown))),
        "mode": "text",
        "showlegend": False,
        "text": ["" if pd.isna(value) else _number(value, metric) for value in shown[metric]],
        "textposition": "middle right",
        "customdata": custom(shown, (dimension,), marks, metric),
        "texttemplate": "  %{text}  (%{customdata[2]:,.1~f})" if is_rate(metric) else "  %{text}",
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _number(value: float, metric: str) -> str:
    return f"{value:.1%}" if is_rate(metric) else f"{value:,.1f}".removesuffix(".0")


def _ends(shown: pd.DataFrame, metric: str) -> pd.Series:
    drawn = [name for name in (metric, f"{metric}{BEFORE}") if name in shown]
    return shown[drawn].max(axis=1)


def _reach(shown: pd.DataFrame, metric: str) -> float:
    """How far the axis goes: past the longest bar and its number."""
    room = 1.05 if _has_interval(shown, metric) else 1.7 if is_rate(metric) else 1.33
    ends = [_ends(shown, metric).max() * room]
    if _has_interval(shown, metric):
        ends.append(shown[f"{metric}_high"].max() * 1.02)
    return max((end for end in ends if not pd.isna(end)), default=0.0)


def _has_interval(frame: pd.DataFrame, metric: str) -> bool:
    return f"{metric}_low" in frame and bool(frame[f"{metric}_low"].notna().any())


def whiskers(shown: pd.DataFrame, metric: str) -> dict[str, object] | None:
    """From `<metric>_low` to `<metric>_high`, where the frame knows them."""
    if not _has_interval(shown, metric):
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": shown[f"{metric}_high"] - shown[metric],
        "arrayminus": shown[metric] - shown[f"{metric}_low"],
        "thickness": 1.5,
        "width": 3,
        "color": colours.MUTED,
    }


def _reference(sketch: Sketch, marks: Marks, metric: str, whole: float) -> None:
    """A line at the value of everything together."""
    edge = {"color": colours.MUTED, "width": 1, "dash": "dot"}
    sketch.shape(type="line", x0=whole, x1=whole, y0=0, y1=1, yref="paper", line=edge)
    text = marks.words(EVERYTHING, value=_number(whole, metric))
    sketch.note(x=whole, y=1, yref="paper", yanchor="bottom", text=text, font={"size": 11})
    sketch.set(margin={"t": 26})


def is_few(frame: pd.DataFrame, metric: str) -> pd.Series:
    """Which rates stand on too few cases to be judged."""
    over = METRICS[metric].denominator
    if over is None or over not in frame:
        return pd.Series(False, index=frame.index)
    return frame[over] < MINIMUM_N


def strength(marks: Marks, dimension: str, value: str) -> float:
    """How strongly a mark is drawn: faint where a filter leaves it out."""
    return 1.0 if value == OTHERS or marks.is_chosen(dimension, value) else FAINT


def custom(frame: pd.DataFrame, clicked: Sequence[str], marks: Marks, metric: str) -> list[list[object]]:
    """Beside each point: what a click on it filters, its names, then numerator, denominator and interval."""
    values = {name: frame[name].tolist() for name in clicked}
    keys = [list(map(str, column)) for column in values.values()]
    names = [[_spoken(marks, name, value) for value in column] for name, column in values.items()]
    numbers = [frame[name].tolist() for name in counted(frame, metric)]
    columns = [*keys, *names, *numbers]
    return [list(point) for point in zip(*columns, strict=True)] if columns else [[] for _ in range(len(frame))]


def _spoken(marks: Marks, dimension: str, value: object) -> str:
    return marks.words(THE_OTHERS) if value == OTHERS else marks.label(dimension, value)


def counted(frame: pd.DataFrame, metric: str) -> list[str]:
    names = [*METRICS[metric].measures]
    if _has_interval(frame, metric):
        names += [f"{metric}_low", f"{metric}_high"]
    return names


def hover(frame: pd.DataFrame, marks: Marks, metric: str, clicked: int, value: str) -> str:
    """The template that says what a mark is: its names, the metric, both counts, the interval."""
    first = 2 * clicked
    names = " · ".join(f"%{{customdata[{place}]}}" for place in range(clicked, first))
    title = METRICS[metric].words(marks.language)
    heading = [f"<b>{names}</b>"] if names else []
    if not is_rate(metric):
        return "<br>".join([*heading, f"{title}: <b>%{{{value}:{NUMBER}}}</b>"]) + "<extra></extra>"
    lines = [*heading, f"{title}: <b>%{{{value}:.2%}}</b>"]
    lines.append(marks.fraction(metric, f"%{{customdata[{first}]:{NUMBER}}}", f"%{{customdata[{first + 1}]:{NUMBER}}}"))
    if _has_interval(frame, metric):
        low, high = (f"%{{customdata[{first + place}]:.1%}}" for place in (2, 3))
        lines.append(marks.words(INTERVAL, low=low, high=high))
    return "<br>".join(lines) + "<extra></extra>"


def spoken(row: dict[str, object], marks: Marks, metric: str) -> list[str]:
    """The metric of one row in words: the value, both counts, the interval."""
    title, value = METRICS[metric].words(marks.language), row[metric]
    if not is_rate(metric):
        return [f"{title}: <b>{value:,.0f}</b>"]
    numerator, denominator = (row[name] for name in METRICS[metric].measures)
    if pd.isna(value):
        return [marks.fraction(metric, f"{numerator:,.0f}", f"{denominator:,.0f}")]
    lines = [f"{title}: <b>{value:.2%}</b>", marks.fraction(metric, f"{numerator:,.0f}", f"{denominator:,.0f}")]
    low, high = row.get(f"{metric}_low"), row.get(f"{metric}_high")
    if low is not None and not pd.isna(low):
        lines.append(marks.words(INTERVAL, low=f"{low:.1%}", high=f"{high:.1%}"))
    return lines
