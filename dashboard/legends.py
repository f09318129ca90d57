"""The legend of many series: text under the chart, which wraps on a phone and takes nothing from the plot."""

from html import escape

from dashboard.sketch import Sketch
from dashboard.trends import MOST_IN_LEGEND


def legend(figure: Sketch) -> str | None:
    """As HTML, or None where the figure names its own series or titles their panels."""
    if figure.layout["showlegend"] or "yaxis2" in figure.layout:
        return None
    named = {
        trace["name"]: str(trace["marker"]["color"])
        for trace in figure.data
        if trace.get("name") and trace.get("showlegend", True)
    }
    if len(named) <= MOST_IN_LEGEND:
        return None
    return f'<div style="font-size: 0.8rem; line-height: 1.6">{" ".join(map(_entry, named, named.values()))}</div>'


def _entry(name: str, colour: str) -> str:
    return (
        f'<span style="white-space: nowrap; margin-right: 0.8em">'
        f'<span style="color: {escape(colour)}">\u25a0</span> {escape(name)}</span>'
    )
