"""The row of leading numbers, each with its change in counts, or in points where it is a rate, and how sure that is."""

from dataclasses import dataclass
from math import nan
from typing import Literal, TypeAlias

import pandas as pd
import streamlit as st

from dashboard import formats, state, words
from dashboard.answers import marks
from dashboard.cards import rows_link, shown, spelled
from dashboard.charts import BEFORE as BEFORE_SUFFIX
from dashboard.charts import is_few
from dashboard.downloads import frame_buttons
from dashboard.problems import said
from dashboard.screen import Screen
from etl.catalogue.metrics import METRICS, Unit
from etl.differences import CHANGE, is_known, is_noise
from etl.errors import InvalidValue
from etl.periods import Period
from etl.query import Question
from etl.words import Words

BEFORE = Words(en="before: {value}", zh="此前：{value}")
COUNTED = Words(en="{value} ({counts})", zh="{value}（{counts}）")
NOISE = Words(en="{change} · could be noise", zh="{change} · 可能只是波动")
UNCLEAR = Words(en="{change} · unclear if noise", zh="{change} · 是否波动未知")
UNKNOWN = Words(
    en="It is not known how sure this change is: the eight weeks up to the end of the period compared with hold too "
    "few days with this number to tell how much they scatter.",
    zh="无法判断这一变化有多可靠：对比时段末日之前八周内，有此数值的日子太少，看不出其离散程度。",
)
INTERVAL = Words(en="Change: 95 % interval {low} to {high}; {zero}.", zh="变化：95% 区间 {low} 至 {high}，{zero}。")
WITH_ZERO = Words(en="it includes zero, so it could be noise", zh="包含零，可能只是波动")
WITHOUT_ZERO = Words(en="zero is outside it", zh="不含零")
METHOD = Words(
    en="It is as wide as the days of the eight weeks up to the end of the period compared with scattered around their "
    "weekday’s level.",
    zh="区间宽度取自对比时段末日之前八周内各日围绕其星期水平的离散程度。",
)
NO_BEFORE = Words(en="nothing to compare with", zh="无可比时段")
NO_AMOUNTS = Words(en="The log carries no amounts.", zh="日志未包含金额。")
STAGES = Words(
    en="Counted together: {stages}. Filter by stage to tell them apart.",
    zh="合并统计：{stages}。可按阶段筛选分开查看。",
)
Colour: TypeAlias = Literal["red", "green", "gray"]
COLOURS: dict[tuple[bool, bool], Colour] = {
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
    """All leading numbers as one row of a file."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="foot_kpis"):
        frame_buttons(screen, "kpis", _question(screen), frame(screen), has_before=True)
        rows_link(screen, ROW[0].metric)


def frame(screen: Screen) -> pd.DataFrame:
    """What the files hold: the numbers, those compared with, and the differences with their intervals."""
    now, before = screen.ask(_question(screen)), _before(screen)
    return now if before is None else now.join(before.add_suffix(BEFORE_SUFFIX)).join(_changes(screen))


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
    _metric(kpi, label, now, screen)
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


def _metric(kpi: Kpi, label: str, now: pd.DataFrame, screen: Screen) -> None:
    about = f"{screen.words(METRICS[kpi.metric].definition)}  \n{spelled(kpi.metric, now, screen)}"
    value = shown(kpi.metric, now[kpi.metric].iloc[0], screen)
    rise, *_ = found = moved(kpi.metric, screen)
    if pd.isna(rise):
        st.metric(label, value, help=about)
        return
    is_level = not formats.is_change(change(kpi.metric, rise, screen))
    st.metric(
        label,
        value,
        delta=said_change(kpi.metric, found, screen),
        delta_color=colour(kpi, found, screen),
        delta_arrow="off" if is_level else "up" if rise > 0 else "down",
        help=f"{about}\n\n{said_interval(kpi.metric, found, screen)}",
    )


def colour(kpi: Kpi, found: tuple[float, float, float], screen: Screen) -> Colour:
    """Of the difference that `moved` found: grey where it is neither good nor bad, none at all, or not surely one."""
    rise, low, high = found
    is_sure = is_known(low, high) and not is_noise(low, high)
    if kpi.is_bad is None or not is_sure or not formats.is_change(change(kpi.metric, rise, screen)):
        return "gray"
    return COLOURS[kpi.is_bad, rise > 0]


def moved(metric: str, screen: Screen) -> tuple[float, float, float]:
    """The difference from the period compared with and the ends of its interval; NaN where there is none."""
    if screen.comparison is None:
        return nan, nan, nan
    row = _changes(screen).iloc[0]
    rise, low, high = (float(row[f"{metric}{CHANGE}{end}"]) for end in ("", "_low", "_high"))
    return rise, low, high


def said_change(metric: str, found: tuple[float, float, float], screen: Screen) -> str:
    """The difference that `moved` found, and in words where it could be noise, or nobody can say whether it is."""
    rise, low, high = found
    text = change(metric, rise, screen)
    if not is_known(low, high):
        return screen.words(UNCLEAR, change=text)
    return screen.words(NOISE, change=text) if is_noise(low, high) else text


def said_interval(metric: str, found: tuple[float, float, float], screen: Screen) -> str:
    """The ends of the difference's interval, and how they are found; or that they are not known, and why."""
    _, low, high = found
    if not is_known(low, high):
        return screen.words(UNKNOWN)
    ends = {name: change(metric, value, screen) for name, value in (("low", low), ("high", high))}
    said = screen.words(INTERVAL, **ends, zero=screen.words(WITH_ZERO if is_noise(low, high) else WITHOUT_ZERO))
    return f"{said}  \n{screen.words(METHOD)}"


def _changes(screen: Screen) -> pd.DataFrame:
    assert screen.comparison is not None
    return state.changes(screen.snapshot, _question(screen), screen.comparison)


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
