"""The legend of many series: text under the chart, which wraps on a phone and takes nothing from the plot."""

from html import escape

from dashboard.sketch import Sketch
from dashboard.trends import MOST_IN_LEGEND


def legend(figure: Sketch, chart: str) -> str | None:
    """As HTML whose entries filter as the marks of `chart` do (`browser/legend.js`).

    None where the figure names its own series or titles their panels.
    """
    if figure.layout["showlegend"] or "yaxis2" in figure.layout:
        return None
    named = {
        trace["name"]: (place, str(trace["marker"]["color"]))
        for place, trace in enumerate(figure.data)
        if trace.get("name") and trace.get("showlegend", True)
    }
    if len(named) <= MOST_IN_LEGEND:
        return None
    entries = " ".join(_entry(chart, place, name, colour) for name, (place, colour) in named.items())
    return f'<div style="font-size: 0.8rem; line-height: 1.6">{entries}</div>'


def _entry(chart: str, place: int, name: str, colour: str) -> str:
    return (
        f'<button type="button" data-legend="{escape(chart)}" data-series="{place}" style="margin-right: 0.6em">'
        f'<span aria-hidden="true" style="color: {escape(colour)}">\u25a0</span> {escape(name)}</button>'
    )
