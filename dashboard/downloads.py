"""What a card hands out: its own frame as CSV, or with the facts about it as one zip. Made on the click, not before."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard.screen import Screen
from etl import export
from etl.query import Question
from etl.words import Words

CSV_HELP = Words(en="All {rows} rows as CSV, UTF-8", zh="全部 {rows} 行，CSV（UTF-8）")
ZIP_HELP = Words(
    en="The CSV with filters, definitions and snapshot in a second file", zh="CSV 及说明文件（筛选条件、口径、快照）"
)


def download_buttons(screen: Screen, card: str, question: Question, frame: pd.DataFrame) -> None:
    """CSV and ZIP of exactly this frame."""
    stem = export.file_stem(screen.snapshot, question)
    st.download_button(
        "CSV",
        partial(export.csv_bytes, frame, screen.snapshot, screen.language),
        f"{stem}.csv",
        "text/csv",
        key=f"{card}_csv",
        help=screen.words(CSV_HELP, rows=len(frame)),
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
    st.download_button(
        "ZIP",
        partial(export.zip_bytes, frame, screen.snapshot, question, screen.language),
        f"{stem}.zip",
        "application/zip",
        key=f"{card}_zip",
        help=screen.words(ZIP_HELP),
        on_click="ignore",
        type="tertiary",
        icon=":material/folder_zip:",
    )
