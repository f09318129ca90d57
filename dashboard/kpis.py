"""The row of leading numbers, each with its change in counts, and in points where it is a rate."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import formats, words
from dashboard.answers import marks
from dashboard.cards import rows_link, shown, spelled
from dashboard.charts import BEFORE as BEFORE_SUFFIX
from dashboard.charts import is_few
from dashboard.downloads import frame_buttons
from dashboard.problems import said
from dashboard.screen import Screen
from etl.catalogue.metrics import METRICS, Unit
from etl.errors import InvalidValue
from etl.periods import Period
from etl.query import Question
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
    question = _question(screen)
    frame = screen.ask(question)
    before = _before(screen)
    if before is not None:
        frame = frame.join(before.add_suffix(BEFORE_SUFFIX))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="foot_kpis"):
        frame_buttons(screen, "kpis", question, frame)
        rows_link(screen, ROW[0].metric)


def _question(screen: Screen, period: Period | None = None) -> Question:
    """All leading numbers that can be answered, in one question."""
    metrics = [kpi.metric for kpi in ROW if METRICS[kpi.metric].unit is not Unit.MONEY or _is_one_currency(screen)]
    return screen.question(metrics, period=period)


def _is_one_currency(screen: Screen) -> bool:
    return sum(screen.filters.selects("currency", currency) for currency in screen.info.currencies) <= 1


def _stages(screen: Screen) -> list[str]:
    """The stages of the attempts counted, where the log tells them apart: unlike things divided together."""
    if len(screen.snapshot.values("stage")) < 2:
        return []
    frame = screen.ask(screen.question(("attempts",), ("stage",)))
    return list(frame.loc[frame["attempts"] > 0, "stage"])


def _show(kpi: Kpi, screen: Screen) -> None:
    label = screen.words(METRICS[kpi.metric].words)
    if METRICS[kpi.metric].unit is Unit.MONEY and (problem := _no_money(screen)):
        st.metric(label, formats.NOTHING)
        st.caption(problem)
        return
    now, before = screen.ask(_question(screen)), _before(screen)
    _metric(kpi, label, now, before, screen)
    for line in _lines(kpi.metric, now, before, screen):
        st.caption(line)


def _no_money(screen: Screen) -> str | None:
    """Why there is no sum of money to show, in words; None where there is one."""
    if not screen.info.currencies:
        return screen.words(NO_AMOUNTS)
    if _is_one_currency(screen):
        return None
    try:
        screen.ask(screen.question(("amount_refused",)))
    except InvalidValue as problem:
        return said(problem, screen.language)
    return None


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


def _before(screen: Screen) -> pd.DataFrame | None:
    return None if screen.comparison is None else screen.ask(_question(screen, screen.comparison))


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
