"""Data: what was loaded, what was kept out and why, what nobody mapped, what every number means."""

import pandas as pd
import streamlit as st

from dashboard.screen import Screen
from dashboard.tables import counts
from dashboard.takeout import show_takeout
from etl.catalogue.dimensions import DIMENSIONS
from etl.catalogue.metrics import METRICS
from etl.words import Words

LOADS = Words(en="What was loaded?", zh="载入了什么？")
RULES = Words(en="Which rules of the contract were broken?", zh="哪些数据规则被违反？")
NO_RULES = Words(en="Every row kept every rule.", zh="所有行均符合规则。")
SEVERITIES = {
    "quarantine": Words(en="kept out, in quarantine", zh="已隔离，不计入"),
    "warning": Words(en="loaded, counted here", zh="已载入，仅提示"),
}
UNMAPPED = Words(en="Which codes has nobody mapped?", zh="哪些代码尚未映射？")
NO_UNMAPPED = Words(en="Every code is in the catalogue.", zh="所有代码均在目录之中。")
UNMAPPED_HOW = Words(
    en="They count as “unmapped” until `etl/catalogue/reasons.toml` gives each a cause.",
    zh="在 `etl/catalogue/reasons.toml` 中为其指定原因之前，均计为“未映射”。",
)
MISSING = Words(en="What is missing from the rows?", zh="各行缺失了什么？")
DEFINITIONS = Words(en="What does every number mean?", zh="每个数字是什么意思？")
HEADINGS = {
    "loaded_at": Words(en="Loaded at (UTC)", zh="载入时间（UTC）"),
    "profile": Words(en="Profile", zh="映射方案"),
    "files": Words(en="Files", zh="文件"),
    "rows_read": Words(en="Rows read", zh="读取行数"),
    "loaded": Words(en="Loaded", zh="载入"),
    "duplicates": Words(en="Duplicates", zh="重复"),
    "quarantined": Words(en="Quarantined", zh="隔离"),
    "rule": Words(en="Rule", zh="规则"),
    "severity": Words(en="What happened", zh="处理"),
    "rows": Words(en="Rows", zh="行数"),
    "reason": Words(en="Code", zh="代码"),
    "refusals": Words(en="Refusals that name it", zh="涉及的拒绝"),
    "dimension": Words(en="Dimension", zh="维度"),
    "missing": Words(en="Rows without it", zh="缺失行数"),
    "name": Words(en="Name", zh="名称"),
    "definition": Words(en="Definition", zh="口径"),
    "machine": Words(en="Name in files", zh="文件中的列名"),
}


def render(screen: Screen) -> None:
    snapshot = screen.snapshot
    show_takeout(screen)
    _section(LOADS, screen, snapshot.loads().drop(columns="load_id"))
    _section(RULES, screen, _rules(screen), NO_RULES)
    _section(UNMAPPED, screen, snapshot.unmapped(), NO_UNMAPPED, UNMAPPED_HOW)
    _section(MISSING, screen, _missing(screen))
    _section(DEFINITIONS, screen, _definitions(screen))


def _section(
    title: Words, screen: Screen, frame: pd.DataFrame, none: Words | None = None, note: Words | None = None
) -> None:
    with st.container(border=True):
        st.markdown(f"#### {screen.words(title)}")
        if frame.empty and none is not None:
            st.markdown(screen.words(none))
            return
        headed = frame.rename(columns={name: screen.words(HEADINGS[name]) for name in frame.columns})
        config = {name: st.column_config.NumberColumn(format="localized") for name in counts(headed)}
        st.dataframe(headed, hide_index=True, column_config=config, height="content", alt=screen.words(title))
        if note is not None:
            st.caption(screen.words(note))


def _rules(screen: Screen) -> pd.DataFrame:
    frame = screen.snapshot.quarantine()
    return pd.DataFrame(
        {
            "rule": frame[screen.language.value],
            "severity": frame["severity"].map(lambda severity: screen.words(SEVERITIES[severity])),
            "rows": frame["rows"],
        }
    )


def _missing(screen: Screen) -> pd.DataFrame:
    frame = screen.snapshot.missing()
    return frame.assign(dimension=frame["dimension"].map(lambda name: screen.words(DIMENSIONS[name].words)))


def _definitions(screen: Screen) -> pd.DataFrame:
    rows = [(screen.words(m.words), screen.words(m.definition), m.id) for m in METRICS.values()]
    return pd.DataFrame(rows, columns=["name", "definition", "machine"])
