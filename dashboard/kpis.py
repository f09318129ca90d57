"""The row of leading numbers, each with its change in counts, and in points where it is a rate."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.cards import shown, spelled
from dashboard.screen import Screen
from etl.catalogue.metrics import METRICS, Unit
from etl.errors import InvalidValue
from etl.words import Words

BEFORE = Words(en="before: {value}", zh="此前：{value}")
NO_BEFORE = Words(en="nothing to compare with", zh="无可比时段")


@dataclass(frozen=True)
class Kpi:
    """A leading number. `is_bad` says whether more of it is worse; None where neither is."""

    metric: str
    is_bad: bool | None


ROW = (Kpi("refusal_rate", True), Kpi("refusals", True), Kpi("attempts", None), Kpi("amount_refused", True))


def show_row(screen: Screen) -> None:
    """Every leading number that this log can answer."""
    for column, kpi in zip(st.columns(len(ROW)), ROW, strict=True):
        with column:
            _show(kpi, screen)


def _show(kpi: Kpi, screen: Screen) -> None:
    asked = METRICS[kpi.metric]
    label = screen.words(asked.words)
    try:
        now = screen.ask(screen.question((kpi.metric,)))
    except InvalidValue as problem:
        st.metric(label, formats.NOTHING, help=str(problem), border=True)
        return
    before = _before(kpi, screen)
    st.metric(
        label,
        _value(kpi.metric, now, screen),
        delta=None if before is None else change(kpi.metric, now, before, screen),
        delta_color={True: "inverse", False: "normal", None: "off"}[kpi.is_bad],
        delta_description=_description(kpi.metric, before, screen),
        help=f"{screen.words(asked.definition)}  \n{spelled(kpi.metric, now, screen)}",
        border=True,
    )


def _before(kpi: Kpi, screen: Screen) -> pd.DataFrame | None:
    if screen.comparison is None:
        return None
    return screen.ask(screen.question((kpi.metric,), period=screen.comparison))


def change(metric: str, now: pd.DataFrame, before: pd.DataFrame, screen: Screen) -> str | None:
    """The difference: in percentage points for a rate, in counts or money otherwise."""
    difference = now[metric].iloc[0] - before[metric].iloc[0]
    unit = METRICS[metric].unit
    if unit is Unit.RATE:
        return formats.points(difference, screen.language)
    if unit is Unit.MONEY:
        sign = "+" if difference > 0 else "−" if difference < 0 else ""
        return sign + formats.money(abs(difference), screen.info.currency, screen.language)
    return formats.signed(difference, screen.language)


def _value(metric: str, frame: pd.DataFrame, screen: Screen) -> str:
    return shown(metric, frame[metric].iloc[0], screen)


def _description(metric: str, before: pd.DataFrame | None, screen: Screen) -> str:
    if before is None:
        return screen.words(NO_BEFORE)
    asked = METRICS[metric]
    text = _value(metric, before, screen)
    if asked.denominator is not None:
        counts = (shown(measure, before[measure].iloc[0], screen) for measure in asked.measures)
        text = f"{text} ({' ÷ '.join(counts)})"
    return screen.words(BEFORE, value=text)
