"""The row of leading numbers, each with its change in counts, and in points where it is a rate."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import formats, words
from dashboard.cards import marks, shown, spelled
from dashboard.charts import BEFORE as BEFORE_SUFFIX
from dashboard.charts import is_few
from dashboard.downloads import download_buttons
from dashboard.problems import said
from dashboard.screen import Screen
from etl.catalogue.metrics import METRICS, Unit
from etl.errors import InvalidValue
from etl.words import Words

BEFORE = Words(en="before: {value}", zh="此前：{value}")
COUNTED = Words(en="{value} ({counts})", zh="{value}（{counts}）")
NO_BEFORE = Words(en="nothing to compare with", zh="无可比时段")
NO_AMOUNTS = Words(en="The log carries no amounts.", zh="日志未包含金额。")
STAGES = Words(
    en="Counted together: {stages}. Filter by stage to tell them apart.",
    zh="合并统计：{stages}。可按阶段筛选分开查看。",
)
COLOURS: dict[tuple[bool, bool], Literal["red", "green"]] = {
    (True, True): "red",
    (True, False): "green",
    (False, True): "green",
    (False, False): "red",
}
"""By whether more of it is worse and whether there is more of it now."""


@dataclass(frozen=True)
class Kpi:
    """A leading number. `is_bad` says whether more of it is worse; None where neither is."""

    metric: str
    is_bad: bool | None


ROW = (Kpi("refusal_rate", True), Kpi("refusals", True), Kpi("attempts", None), Kpi("amount_refused", True))


def show_row(screen: Screen) -> None:
    """Every leading number that this log can answer."""
    for column, kpi in zip(st.columns(len(ROW), gap="small"), ROW, strict=True):
        with column.container(border=True, height="stretch", key=f"kpi_{kpi.metric}", gap="xxsmall"):
            _show(kpi, screen)
    _give(screen)
    stages = _stages(screen)
    if len(stages) > 1:
        listed = words.LISTED(screen.language).join(screen.label("stage", stage) for stage in stages)
        st.caption(screen.words(STAGES, stages=listed))


def _give(screen: Screen) -> None:
    """All leading numbers as one row, those of the period compared with beside them."""
    metrics = [kpi.metric for kpi in ROW if METRICS[kpi.metric].unit is not Unit.MONEY or _is_one_currency(screen)]
    question = screen.question(metrics)
    frame = screen.ask(question)
    if screen.comparison:
        before = screen.ask(screen.question(metrics, period=screen.comparison))
        frame = frame.join(before.add_suffix(BEFORE_SUFFIX))
    with st.container(horizontal=True, gap="small", key="foot_kpis"):
        download_buttons(screen, "kpis", question, frame)


def _is_one_currency(screen: Screen) -> bool:
    try:
        screen.ask(screen.question(("amount_refused",)))
    except InvalidValue:
        return False
    return True


def _stages(screen: Screen) -> list[str]:
    """The stages of the attempts counted, where the log tells them apart: unlike things divided together."""
    if not screen.snapshot.has("stage"):
        return []
    frame = screen.ask(screen.question(("attempts",), ("stage",)))
    return list(frame.loc[frame["attempts"] > 0, "stage"])


def _show(kpi: Kpi, screen: Screen) -> None:
    label = screen.words(METRICS[kpi.metric].words)
    try:
        now = screen.ask(screen.question((kpi.metric,)))
    except InvalidValue as problem:
        st.metric(label, formats.NOTHING)
        st.caption(said(problem, screen.language))
        return
    if METRICS[kpi.metric].unit is Unit.MONEY and not _has_amounts(screen):
        st.metric(label, formats.NOTHING)
        st.caption(screen.words(NO_AMOUNTS))
        return
    before = _before(kpi, screen)
    _metric(kpi, label, now, before, screen)
    for line in _lines(kpi.metric, now, before, screen):
        st.caption(line)


def _metric(kpi: Kpi, label: str, now: pd.DataFrame, before: pd.DataFrame | None, screen: Screen) -> None:
    rise = 0.0 if before is None else now[kpi.metric].iloc[0] - before[kpi.metric].iloc[0]
    asked, text = METRICS[kpi.metric], change(kpi.metric, rise, screen)
    is_level = not formats.is_change(text)
    st.metric(
        label,
        shown(kpi.metric, now[kpi.metric].iloc[0], screen),
        delta=None if before is None or pd.isna(rise) else text,
        delta_color="gray" if kpi.is_bad is None or is_level else COLOURS[kpi.is_bad, rise > 0],
        delta_arrow="off" if is_level else "up" if rise > 0 else "down",
        help=f"{screen.words(asked.definition)}  \n{spelled(kpi.metric, now, screen)}",
    )


def _has_amounts(screen: Screen) -> bool:
    """Whether any attempt carries an amount; where there are no attempts nothing is missing."""
    asked = screen.ask(screen.question(("amount_requested", "attempts")))
    return bool(asked["amount_requested"].iloc[0]) or not asked["attempts"].iloc[0]


def _before(kpi: Kpi, screen: Screen) -> pd.DataFrame | None:
    if screen.comparison is None:
        return None
    return screen.ask(screen.question((kpi.metric,), period=screen.comparison))


def change(metric: str, rise: float, screen: Screen) -> str:
    """The difference: in percentage points for a rate, in counts or money otherwise."""
    unit = METRICS[metric].unit
    if unit is Unit.RATE:
        return formats.points(rise, screen.language)
    if unit is Unit.MONEY:
        sign = "+" if rise > 0 else "−" if rise < 0 else ""
        return formats.unsigned_zero(sign + formats.money(abs(rise), screen.info.currency, screen.language))
    return formats.signed(rise, screen.language)


def _lines(metric: str, now: pd.DataFrame, before: pd.DataFrame | None, screen: Screen) -> list[str]:
    """Below the number: the counts behind a rate, and what it was before."""
    counts = [spelled(metric, now, screen)] if METRICS[metric].denominator else []
    if bool(is_few(now, metric).iloc[0]):
        counts.append(marks(screen).few(metric))
    if before is None:
        return [*counts, *([screen.words(NO_BEFORE)] if screen.filters.compare else [])]
    text = shown(metric, before[metric].iloc[0], screen)
    if METRICS[metric].denominator:
        text = screen.words(COUNTED, value=text, counts=spelled(metric, before, screen))
    return ["  \n".join([*counts, screen.words(BEFORE, value=text)])]
