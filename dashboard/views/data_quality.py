"""Data: what was loaded, what was kept out and why, what nobody mapped, what every number means."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.answers import Card
from dashboard.downloads import table_buttons
from dashboard.screen import Screen
from dashboard.tables import counts
from dashboard.takeout import show_takeout
from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.metrics import METRICS
from etl.catalogue.own import lines_to_paste
from etl.catalogue.rules import load_rules
from etl.quarantine import balance, rows_kept_out
from etl.words import Words

LOADS = Words(en="What was loaded?", zh="载入了什么？")
RULES = Words(en="Which rules of the contract were broken?", zh="哪些数据规则被违反？")
NO_RULES = Words(en="Every row kept every rule.", zh="所有行均符合规则。")
SEVERITIES = {
    "quarantine": Words(en="kept out, in quarantine", zh="已隔离，不计入"),
    "warning": Words(en="loaded, counted here", zh="已载入，仅提示"),
    "fixed": Words(en="put right and loaded", zh="已修正并载入"),
}
MOST_KEPT_OUT = 50
KEPT_OUT = Words(en="Which rows were kept out?", zh="哪些行被隔离？")
NO_KEPT_OUT = Words(en="No row was kept out.", zh="没有被隔离的行。")
KEPT_OUT_HOW = Words(
    en=f"At most {MOST_KEPT_OUT} are shown, open ones first. All, as a file: `python -m etl quarantine --out"
    " kept-out.csv`. Mend them and load them again: an attempt counts once, however often it comes.",
    zh=f"最多显示 {MOST_KEPT_OUT} 行，待修正的在前。导出全部：`python -m etl quarantine --out kept-out.csv`。修正后重新"
    "载入即可：同一笔尝试无论出现多少次只计一次。",
)
KEPT_OUT_BALANCE = Words(
    en="Still open: {open} · mended, their attempt is in force: {mended} · rows in all, copies among them: {rows}",
    zh="待修正：{open} · 已修正（尝试已计入）：{mended} · 隔离总行数（含重复）：{rows}",
)
UNMAPPED = Words(en="Which codes has nobody mapped?", zh="哪些代码尚未映射？")
NO_UNMAPPED = Words(en="Every code is in the catalogue.", zh="所有代码均在目录之中。")
UNMAPPED_HOW = Words(
    en="They count as “unmapped” until a code list of your own gives each a cause. These lines do it:",
    zh="在自有代码表为其指定原因之前，均计为“未映射”。加入以下内容即可：",
)
CODE_LISTS = Words(en="Which code lists does the log use, and since when?", zh="日志采用哪些代码表，自何时起？")
NO_CODE_LISTS = Words(en="The log names no code list.", zh="日志未注明代码表。")
MISSING = Words(en="What is missing from the rows?", zh="各行缺失了什么？")
DEFINITIONS = Words(en="What does every number mean?", zh="每个数字是什么意思？")
EVENTS = Words(en="Which events are on your calendar?", zh="日历上有哪些事件？")
NO_EVENTS = Words(en="There is no event on the calendar (`events.toml`).", zh="日历（`events.toml`）中没有事件。")
KINDS = {
    "promotion": Words(en="promotion", zh="促销"),
    "holiday": Words(en="holiday", zh="节假日"),
    "policy": Words(en="policy", zh="政策"),
    "incident": Words(en="incident", zh="故障"),
    "release": Words(en="release", zh="版本发布"),
}
"""The kinds that the product's own worlds write; a lender's further kinds speak for themselves."""
HEADINGS = {
    "loaded_at": Words(en="Loaded at (UTC)", zh="载入时间（UTC）"),
    "profile": Words(en="Profile", zh="映射方案"),
    "files": Words(en="Files", zh="文件"),
    "rows_read": Words(en="Rows read", zh="读取行数"),
    "loaded": Words(en="Loaded", zh="载入"),
    "restated": Words(en="Restated", zh="更新"),
    "duplicates": Words(en="Duplicates", zh="重复"),
    "quarantined": Words(en="Quarantined", zh="隔离"),
    "source_file": Words(en="File", zh="文件"),
    "source_row": Words(en="Line", zh="行号"),
    "times": Words(en="Times it came", zh="出现次数"),
    "rules_broken": Words(en="Rules broken", zh="违反的规则"),
    "mended_by": Words(en="Mended by", zh="修正文件"),
    "raw": Words(en="The row as it came", zh="原始内容"),
    "rule": Words(en="Rule", zh="规则"),
    "severity": Words(en="What happened", zh="处理"),
    "rows": Words(en="Rows", zh="行数"),
    "reason": Words(en="Code", zh="代码"),
    "refusals": Words(en="Refusals that name it", zh="涉及的拒绝"),
    "scheme": Words(en="Code list", zh="代码表"),
    "scheme_version": Words(en="Version", zh="版本"),
    "first_day": Words(en="First day", zh="起始日"),
    "attempts": Words(en="Rows", zh="行数"),
    "dimension": Words(en="Dimension", zh="维度"),
    "missing": Words(en="Rows without it", zh="缺失行数"),
    "name": Words(en="Name", zh="名称"),
    "definition": Words(en="Definition", zh="口径"),
    "metric": Words(en="Name in files", zh="文件中的列名"),
    "start_at": Words(en="Starts", zh="开始"),
    "last_at": Words(en="Last moment", zh="结束"),
    "kind": Words(en="Kind", zh="类型"),
    "region": Words(en="Region", zh="地区"),
}


@dataclass(frozen=True)
class Section:
    """A table about the data: its frame with machine names, which of its columns the screen shows, and how."""

    id: str
    title: Words
    frame: Callable[[Screen], pd.DataFrame]
    shown: tuple[str, ...]
    spoken: Callable[[pd.DataFrame, Screen], dict[str, pd.Series]] = lambda frame, screen: {}
    """The columns that read otherwise on the screen than in the file."""
    none: Words | None = None
    note: Words | None = None
    head: Callable[[Screen], str] = lambda screen: ""
    """A line above the table."""
    more: Callable[[pd.DataFrame], None] = lambda frame: None
    """What stands below the table and its note."""


def cards(screen: Screen) -> tuple[Card, ...]:
    """Tables only."""
    return ()


def render(screen: Screen) -> None:
    show_takeout(screen)
    for section in SECTIONS:
        with st.container(border=True, key=f"section_{section.id}"):
            st.markdown(f"## {screen.words(section.title)}")
            _show(section, screen)


def _show(section: Section, screen: Screen) -> None:
    frame = section.frame(screen)
    if frame.empty and section.none is not None:
        st.markdown(screen.words(section.none))
        return
    if head := section.head(screen):
        st.markdown(head)
    headings = {name: screen.words(HEADINGS[name]) for name in section.shown}
    headed = frame.assign(**section.spoken(frame, screen))[list(section.shown)].rename(columns=headings)
    config = {name: st.column_config.NumberColumn(format="localized") for name in counts(headed)}
    st.dataframe(headed, hide_index=True, column_config=config, height="content", alt=screen.words(section.title))
    if section.note is not None:
        st.caption(screen.words(section.note))
    section.more(frame)
    with st.container(horizontal=True, gap="small", key=f"foot_{section.id}"):
        table_buttons(screen, section.id, frame, headings)


def _lines_to_paste(frame: pd.DataFrame) -> None:
    st.code(lines_to_paste(frame), language="toml", wrap_lines=True)


def _code_lists(frame: pd.DataFrame, screen: Screen) -> dict[str, pd.Series]:
    days = frame["first_day"].map(lambda day: formats.bucket(day.date(), screen.info.time_grain, screen.language))
    return {"scheme": frame["scheme"].map(lambda scheme: screen.label("scheme", scheme)), "first_day": days}


def _rules(frame: pd.DataFrame, screen: Screen) -> dict[str, pd.Series]:
    severity = frame["severity"].map(lambda severity: screen.words(SEVERITIES[severity]))
    return {"rule": frame[screen.language.value], "severity": severity}


def _kept_out(frame: pd.DataFrame, screen: Screen) -> dict[str, pd.Series]:
    def spoken(rules: str) -> str:
        return "; ".join(screen.words(load_rules()[rule].words) for rule in rules.split("|"))

    return {"rules_broken": frame["rules_broken"].map(spoken), "mended_by": frame["mended_by"].fillna("")}


def _kept_out_balance(screen: Screen) -> str:
    found = balance(screen.snapshot.quarantine_parts())
    counts = {name: f"{count:,}" for name, count in asdict(found).items()}
    return screen.words(KEPT_OUT_BALANCE, **counts)


def _missing(frame: pd.DataFrame, screen: Screen) -> dict[str, pd.Series]:
    return {"dimension": frame["dimension"].map(lambda name: screen.words(DIMENSIONS[name].words))}


def _definitions(screen: Screen) -> pd.DataFrame:
    rows = [
        (m.id, screen.words(m.words), screen.words(m.definition), m.numerator, m.denominator) for m in METRICS.values()
    ]
    return pd.DataFrame(rows, columns=["metric", "name", "definition", "numerator", "denominator"])


def _events(frame: pd.DataFrame, screen: Screen) -> dict[str, pd.Series]:
    def kind(name: str) -> str:
        return screen.words(KINDS[name]) if name in KINDS else name

    def region(code: str | None) -> str:
        return screen.label("region", code) if isinstance(code, str) and code else ""

    moments = {
        name: frame[name].map(lambda at: formats.moment(at, screen.language)) for name in ("start_at", "last_at")
    }
    return {
        "name": frame[screen.language.value],
        "kind": frame["kind"].map(kind),
        "region": frame["region"].map(region),
        **moments,
    }


SECTIONS = (
    Section(
        "loads",
        LOADS,
        lambda screen: screen.snapshot.loads(),
        ("loaded_at", "profile", "files", "rows_read", "loaded", "restated", "duplicates", "quarantined"),
    ),
    Section(
        "rules_broken",
        RULES,
        lambda screen: screen.snapshot.quarantine(),
        ("rule", "severity", "rows"),
        _rules,
        NO_RULES,
    ),
    Section(
        "rows_kept_out",
        KEPT_OUT,
        lambda screen: rows_kept_out(screen.snapshot.quarantine_parts(), MOST_KEPT_OUT),
        ("source_file", "source_row", "times", "rules_broken", "mended_by", "raw"),
        _kept_out,
        NO_KEPT_OUT,
        KEPT_OUT_HOW,
        _kept_out_balance,
    ),
    Section(
        "unmapped_codes",
        UNMAPPED,
        lambda screen: screen.snapshot.unmapped(),
        ("reason", "refusals"),
        none=NO_UNMAPPED,
        note=UNMAPPED_HOW,
        more=_lines_to_paste,
    ),
    Section(
        "code_lists",
        CODE_LISTS,
        lambda screen: screen.snapshot.scheme_versions(),
        ("scheme", "scheme_version", "first_day", "attempts"),
        _code_lists,
        NO_CODE_LISTS,
    ),
    Section(
        "missing_values", MISSING, lambda screen: screen.snapshot.missing(), ("dimension", "missing", "rows"), _missing
    ),
    Section(
        "events",
        EVENTS,
        lambda screen: screen.snapshot.events(),
        ("name", "start_at", "last_at", "kind", "region"),
        _events,
        NO_EVENTS,
    ),
    Section("definitions", DEFINITIONS, _definitions, ("name", "definition", "metric")),
)
