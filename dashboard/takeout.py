"""Numbers to take away: any metrics by any dimensions under the filters, as the command `etl summary` gives them."""

import streamlit as st

from dashboard.downloads import frame_buttons
from dashboard.problems import said
from dashboard.screen import Screen
from dashboard.tables import show_table
from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.metrics import METRICS
from etl.errors import InvalidValue
from etl.words import Words

TITLE = Words(en="Which numbers do you want to take with you?", zh="需要带走哪些数字？")
WHICH = Words(en="Metrics", zh="指标")
BY = Words(en="By (at most {n})", zh="维度（最多 {n} 个）")
NOTHING = Words(en="Choose at least one metric.", zh="请至少选择一个指标。")
ROWS = Words(
    en="Rows under the filters and the period above: {rows}. The files hold all of them.",
    zh="在上方筛选与时段下共 {rows} 行，文件包含全部行。",
)
MOST = 3
"""Dimensions at once; more make tables that nobody reads and millions of rows."""
PREVIEW = 500
FIRST = Words(en="The first {n} rows:", zh="前 {n} 行：")


def show_takeout(screen: Screen) -> None:
    with st.container(border=True, key="takeout"):
        st.markdown(f"## {screen.words(TITLE)}")
        metrics, by = _chosen(screen)
        if not metrics:
            st.info(screen.words(NOTHING))
            return
        try:
            _give(screen, metrics, by)
        except InvalidValue as problem:
            st.info(said(problem, screen.language))


def _chosen(screen: Screen) -> tuple[list[str], list[str]]:
    left, right = st.columns(2)
    metrics = left.multiselect(
        screen.words(WHICH),
        list(METRICS),
        default=["refusal_rate"],
        format_func=lambda name: screen.words(METRICS[name].words),
        key=f"takeout_metrics_{screen.language}",
    )
    by = right.multiselect(
        screen.words(BY, n=MOST),
        screen.snapshot.dimensions,
        default=[name for name in ("region", "cause") if screen.snapshot.has(name)],
        format_func=lambda name: screen.words(DIMENSIONS[name].words),
        max_selections=MOST,
        key=f"takeout_by_{screen.language}",
    )
    return metrics, by


def _give(screen: Screen, metrics: list[str], by: list[str]) -> None:
    question = screen.question(metrics, by)
    frame = screen.ask(question)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        frame_buttons(screen, "takeout", question, frame)
    st.caption(screen.words(ROWS, rows=f"{len(frame):,}"))
    if len(frame) > PREVIEW:
        st.caption(screen.words(FIRST, n=PREVIEW))
    show_table(frame.head(PREVIEW), screen, "takeout_rows")
