"""A card's frame as people read it: words for codes, headings in the language, rates as percent."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.marks import weekdays
from dashboard.screen import Screen
from etl.catalogue.dimensions import DIMENSIONS, TIME_BUCKETS, coded
from etl.catalogue.metrics import METRICS, Unit, unit_of
from etl.words import Words

MEASURE_WORDS = {
    "closed": Words(en="Closed", zh="已结"),
    "decided_or_pending": Words(en="Decided or pending", zh="已决或待定"),
    "refused_or_pending": Words(en="Refused or pending", zh="拒绝或待定"),
    "all_refusals": Words(en="All refusals", zh="全部拒绝"),
    "amounts_known": Words(en="Amounts known", zh="金额已知"),
    "refused_amounts_known": Words(en="Refused amounts known", zh="被拒金额已知"),
    "all_amount_refused": Words(en="All amount refused", zh="全部被拒金额"),
    "refusals_with": Words(en="Refusals that carry both", zh="同时列有两者的拒绝"),
    "share_with": Words(en="Share that also carries the second", zh="同时列有后者的占比"),
    "refusals_judged": Words(en="Refusals, all gates judged", zh="拒绝（全部关口已评估）"),
    "refusals_alone": Words(en="Refusals that carry nothing else", zh="仅列此一项的拒绝"),
    "share_alone": Words(en="Share that carries nothing else", zh="仅列此一项的占比"),
    "refusals_freed": Words(en="Rescued if this rule went", zh="去掉该规则即可挽回"),
    "difference": Words(en="Difference of the rates", zh="拒绝率之差"),
    "change": Words(en="Change of the rate", zh="拒绝率变化"),
    "additional": Words(en="Additional refusals", zh="多出的拒绝"),
    "p_value": Words(en="p (two-sided)", zh="p 值（双侧）"),
}
LOW, HIGH = Words(en="{name}, low end", zh="{name}下限"), Words(en="{name}, high end", zh="{name}上限")
ALSO = Words(en="{name}, also carried", zh="{name}（同时出现）")
REST = Words(en="{name}, elsewhere", zh="{name}（其他地区）")
BEFORE = Words(en="{name}, before", zh="{name}（对比时段）")


def show_table(frame: pd.DataFrame, screen: Screen, key: str) -> None:
    """The whole frame, sortable; numbers stay numbers."""
    table = spoken(frame, screen)
    rates = [heading(name, screen) for name in frame.columns if unit_of(name) is Unit.RATE]
    config = {name: st.column_config.NumberColumn(format="percent") for name in rates}
    config |= {name: st.column_config.NumberColumn(format="localized") for name in counts(table) if name not in rates}
    st.dataframe(table, hide_index=True, column_config=config, key=key, height=min(420, 38 + 35 * max(len(table), 1)))


def counts(table: pd.DataFrame) -> list[str]:
    """The columns of numbers, to be shown with thousands apart."""
    return list(table.select_dtypes("number").columns)


def spoken(frame: pd.DataFrame, screen: Screen) -> pd.DataFrame:
    """The frame with words for its codes and headings."""
    columns = {heading(name, screen): _column(frame[name], name, screen) for name in frame.columns}
    return pd.DataFrame(columns)


def heading(name: str, screen: Screen) -> str:
    """What a column is called."""
    for suffix, words in (("_before", BEFORE), ("_rest", REST), ("_low", LOW), ("_high", HIGH)):
        if name.endswith(suffix):
            return screen.words(words, name=heading(name.removesuffix(suffix), screen))
    if dimension := coded(name):
        words = DIMENSIONS[dimension].words
        return screen.words(words) if name == dimension else screen.words(ALSO, name=screen.words(words))
    return screen.words(METRICS[name].words if name in METRICS else MEASURE_WORDS[name])


def _column(column: pd.Series, name: str, screen: Screen) -> pd.Series:
    if name in TIME_BUCKETS:
        return column.map(lambda value: formats.bucket(value, name, screen.language))
    if name == "weekday":
        return column.map(lambda value: weekdays(screen.language)[int(value) - 1])
    dimension = coded(name)
    if dimension and dimension != "hour":
        return column.map(lambda value: screen.label(dimension, str(value)))
    return column
