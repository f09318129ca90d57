"""What a card hands out: its own frame as CSV, workbook, or with everything about it. Made on the click, not before."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import wording, words
from dashboard.answers import Drawn
from dashboard.screen import Screen
from etl import export
from etl.catalogue.dimensions import DIMENSIONS
from etl.query import Question, Selection
from etl.words import Language, Words
from etl.workbook import xlsx_bytes

CSV_HELP = Words(en="Every row as CSV, UTF-8; rows: {rows}", zh="全部 {rows} 行，CSV（UTF-8）")
XLSX_HELP = Words(
    en="A workbook: the numbers, and a sheet that says what they are", zh="工作簿：数据，以及口径与筛选说明"
)
ZIP_HELP = Words(
    en="CSV and Parquet, with filters, definitions and snapshot beside them",
    zh="CSV 与 Parquet，及说明文件（筛选条件、口径、快照）",
)
NOT_APPLIED = Words(
    en="{help}. Not narrowed to what is highlighted: {names}", zh="{help}；未按图中突出显示的筛选收窄：{names}"
)
WHOLE_VIEW = Words(en="All tables of this view", zh="本页全部表格")
MIME = {
    "csv": ("text/csv", ":material/download:"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ":material/table:"),
    "zip": ("application/zip", ":material/folder_zip:"),
}


@dataclass(frozen=True)
class Files:
    """A file stem, a table and the facts about it, and what is said of the CSV."""

    stem: str
    table: Callable[[], pd.DataFrame]
    facts: Callable[[], dict[str, Any]]
    about: str

    def made(self, language: Language) -> dict[str, Callable[[], bytes]]:
        """By the ending of the file's name."""
        return {
            "csv": lambda: export.guarded_csv(self.table()),
            "xlsx": lambda: xlsx_bytes(self.table(), self.facts(), language),
            "zip": lambda: export.zipped((self.stem, self.table(), self.facts())),
        }


def download_buttons(screen: Screen, card: str, drawn: Drawn, *, has_before: bool = False) -> None:
    """CSV, workbook and ZIP of exactly the frame that a card drew."""
    _buttons(screen, card, _of_drawn(screen, card, drawn, has_before))


def frame_buttons(
    screen: Screen, key: str, question: Question, frame: pd.DataFrame, *, has_before: bool = False
) -> None:
    """The same of a frame that nothing is drawn from."""
    stem, beside = export.file_stem(screen.snapshot, question), _beside(screen, question, has_before)
    _buttons(screen, key, _of_frame(screen, question, frame, stem, beside))


def _of_drawn(screen: Screen, card: str, drawn: Drawn, has_before: bool) -> Files:
    """Where columns are told that are no metric's, the card names the file: the metrics do not say what is in it."""
    stem = export.file_stem(screen.snapshot, drawn.question, card if drawn.columns else "")
    beside = _beside(screen, drawn.question, has_before) | ({"columns": drawn.columns} if drawn.columns else {})
    return _of_frame(screen, drawn.question, drawn.frame, stem, beside)


def _of_frame(
    screen: Screen, question: Question, frame: pd.DataFrame, stem: str, beside: dict[str, Any] | None = None
) -> Files:
    told = _beside(screen, question, False) if beside is None else beside
    return Files(
        stem,
        partial(export.labelled, frame, screen.snapshot, screen.language),
        partial(export.about, frame, screen.snapshot, question, screen.language, **told),
        _about_csv(screen, len(frame), told.get("highlighted", {})),
    )


def table_buttons(screen: Screen, name: str, frame: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """The same of a table about the snapshot itself; `columns` says what each column holds."""
    files = Files(
        f"{name}_{screen.snapshot.id}",
        partial(export.labelled, frame, screen.snapshot, screen.language),
        partial(export.about_table, frame, screen.snapshot, columns),
        _about_csv(screen, len(frame), {}),
    )
    _buttons(screen, name, files)


def view_button(screen: Screen, view: str) -> None:
    """One ZIP with the tables of all cards of a view that drew something."""
    tables = list(_tables(screen))
    if len(tables) > 1:
        st.download_button(
            screen.words(WHOLE_VIEW),
            lambda: export.zipped(*_numbered(tables)),
            f"{view}_{screen.snapshot.id}.zip",
            MIME["zip"][0],
            key=f"whole_{view}",
            help=screen.words(ZIP_HELP),
            on_click="ignore",
            type="tertiary",
            icon=MIME["zip"][1],
        )


def _tables(screen: Screen) -> Iterator[tuple[str, str, Files]]:
    """Of each card that drew something, its id and its question. Without the figures, which a session need not keep."""
    for answer in screen.answers.values():
        if drawn := answer.drawn:
            files = _of_drawn(screen, answer.card.id, drawn, answer.card.has_before)
            yield answer.card.id, screen.words(answer.card.question), files


def _numbered(tables: list[tuple[str, str, Files]]) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """In the order of the page; two cards may ask the same."""
    for number, (card, question, files) in enumerate(tables, start=1):
        yield f"{number}_{card}", files.table(), {"card": question} | files.facts()


def _buttons(screen: Screen, key: str, files: Files) -> None:
    about = {"csv": files.about, "xlsx": screen.words(XLSX_HELP), "zip": screen.words(ZIP_HELP)}
    for ending, made in files.made(screen.language).items():
        mime, icon = MIME[ending]
        st.download_button(
            ending.upper(),
            made,
            f"{files.stem}.{ending}",
            mime,
            key=f"{key}_{ending}",
            help=about[ending],
            on_click="ignore",
            type="tertiary",
            icon=icon,
        )


def _beside(screen: Screen, question: Question, has_before: bool) -> dict[str, Any]:
    """What the file's facts add: the period compared with, and the filters that only highlight."""
    beside: dict[str, Any] = {}
    if has_before and screen.comparison is not None and screen.filters.compare is not None:
        before, aligned = screen.comparison, wording.aligned_on(screen.filters, screen.snapshot)
        beside["compared_with"] = (screen.filters.compare.value, before, aligned)
    highlighted = {name: kept for name, kept in screen.filters.where if name not in question.where}
    return beside | ({"highlighted": highlighted} if highlighted else {})


def _about_csv(screen: Screen, rows: int, highlighted: Mapping[str, Selection]) -> str:
    text = screen.words(CSV_HELP, rows=rows)
    if not highlighted:
        return text
    names = words.LISTED(screen.language).join(screen.words(DIMENSIONS[name].words) for name in highlighted)
    return screen.words(NOT_APPLIED, help=text, names=names)
