"""The one seam between a card's figure and the screen. Another way of drawing changes this file and nothing else."""

from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}
OnClick = Callable[[tuple[Any, ...]], None]
"""Called with the custom data of the mark that was clicked."""


def draw(figure: go.Figure, key: str, alt: str, on_click: OnClick | None = None) -> None:
    """Show a figure; a click on a mark with custom data calls `on_click` before the next run."""
    if on_click is None:
        st.plotly_chart(figure, key=key, config=CONFIG, alt=alt)
        return
    st.plotly_chart(
        figure,
        key=key,
        config=CONFIG,
        alt=alt,
        on_select=lambda: _clicked(key, on_click),
        selection_mode="points",
    )


def _clicked(key: str, on_click: OnClick) -> None:
    """An empty selection is Streamlit's word for 'deselected', which follows a click and is no gesture."""
    points = st.session_state[key].selection.points
    marked = [point["customdata"] for point in points if point.get("customdata") is not None]
    if not marked:
        return
    mark = marked[0] if isinstance(marked[0], list | tuple) else (marked[0],)
    if mark and mark[0] is not None:
        on_click(tuple(mark))
