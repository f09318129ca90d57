"""What a card hands out: its own frame as CSV, or with the facts about it as one zip. Made on the click, not before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.screen import Screen
from etl import export
from etl.catalogue.dimensions import DIMENSIONS
from etl.query import Question, Selection
from etl.words import Words

CSV_HELP = Words(en="Every row as CSV, UTF-8; rows: {rows}", zh="全部 {rows} 行，CSV（UTF-8）")
ZIP_HELP = Words(
    en="The CSV with filters, definitions and snapshot in a second file", zh="CSV 及说明文件（筛选条件、口径、快照）"
)


NOT_APPLIED = Words(
    en="{help}. Not narrowed to what is highlighted: {names}", zh="{help}；未按图中突出显示的筛选收窄：{names}"
)


@dataclass(frozen=True)
class Files:
    """A file stem, how its CSV and its zip are made, and what is said of the CSV."""

    stem: str
    table: Callable[[], bytes]
    zipped: Callable[[], bytes]
    about: str


def download_buttons(
    screen: Screen, card: str, question: Question, frame: pd.DataFrame, *, has_before: bool = False
) -> None:
    """CSV and ZIP of exactly this frame."""
    beside = _beside(screen, question, has_before)
    files = Files(
        export.file_stem(screen.snapshot, question),
        partial(export.csv_bytes, frame, screen.snapshot, screen.language),
        partial(export.zip_bytes, frame, screen.snapshot, question, screen.language, **beside),
        _about_csv(screen, len(frame), beside.get("highlighted", {})),
    )
    _buttons(screen, card, files)


def table_buttons(screen: Screen, name: str, frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """CSV and ZIP of a table about the snapshot itself; `columns` says what each column holds."""
    stem = f"{name}_{screen.snapshot.id}"
    table = partial(export.csv_bytes, frame, screen.snapshot, screen.language)
    facts = export.about_table(frame, screen.snapshot, columns)
    files = Files(stem, table, lambda: export.zipped(stem, table(), facts), _about_csv(screen, len(frame), {}))
    _buttons(screen, name, files)


def _buttons(screen: Screen, key: str, files: Files) -> None:
    csv, zipped = ("CSV", "text/csv", ":material/download:"), ("ZIP", "application/zip", ":material/folder_zip:")
    about_zip = screen.words(ZIP_HELP)
    for (label, mime, icon), made, about in ((csv, files.table, files.about), (zipped, files.zipped, about_zip)):
        st.download_button(
            label,
            made,
            f"{files.stem}.{label.lower()}",
            mime,
            key=f"{key}_{label.lower()}",
            help=about,
            on_click="ignore",
            type="tertiary",
            icon=icon,
        )


def _beside(screen: Screen, question: Question, has_before: bool) -> dict[str, Any]:
    """What the file's facts add: the period compared with, and the filters that only highlight."""
    beside: dict[str, Any] = {}
    if has_before and screen.comparison is not None and screen.filters.compare is not None:
        beside["compared_with"] = (screen.filters.compare.value, screen.comparison)
    highlighted = {name: kept for name, kept in screen.filters.where if name not in question.where}
    return beside | ({"highlighted": highlighted} if highlighted else {})


def _about_csv(screen: Screen, rows: int, highlighted: Mapping[str, Selection]) -> str:
    text = screen.words(CSV_HELP, rows=rows)
    if not highlighted:
        return text
    names = words.LISTED(screen.language).join(screen.words(DIMENSIONS[name].words) for name in highlighted)
    return screen.words(NOT_APPLIED, help=text, names=names)
