"""Rows: the attempts behind a number, in pages, and all of them as a file."""

from dataclasses import dataclass
from hashlib import blake2b

import pandas as pd
import streamlit as st

from dashboard import formats, history, state, words
from dashboard.answers import Card
from dashboard.cards import NOTHING_HERE
from dashboard.controls import Controls
from dashboard.filters import Filters
from dashboard.row_export import address
from dashboard.screen import Screen
from dashboard.tables import counts
from etl.catalogue.metrics import METRICS
from etl.errors import DamagedSnapshot
from etl.row_columns import WEIGHT
from etl.row_files import MOST_IN_A_SHEET, likely_bytes
from etl.row_words import spoken
from etl.rows import COUNTED, Rows
from etl.words import Words

TITLE = Words(en="Which attempts stand behind this number?", zh="这个数字背后是哪些借款尝试？")
ORDER = Words(en="Order", zh="排序")
ORDERS = {True: Words(en="Newest first", zh="最新在前"), False: Words(en="Oldest first", zh="最早在前")}
SIZE = Words(en="Rows a page", zh="每页行数")
SIZES = (50, 100, 500)
SHOWN = Words(en="**{first}–{last}** of {total} · {metric}", zh="**第 {first}–{last} 行**，共 {total} 行 · {metric}")
COUNTING = Words(en="counting as {weight} together", zh="合计计为 {weight}")
ABOUT = Words(en="What is shown, and what is not", zh="显示内容与口径")
MASKED = Words(
    en="Ids are masked with a key of the home folder: the same applicant has the same mask on every page and in every "
    "file, and no id can be found from its mask without that key. “File” and “Line” lead whoever has the log to the "
    "original row.",
    zh="编号以主目录的密钥掩码：同一申请人在各页及各文件中掩码相同，没有密钥无法由掩码还原编号。"
    "持有日志者可按“文件”与“行号”查到原始行。",
)
WEIGHED = Words(
    en="“{name}” is what the attribution credits a refusal with under the filters on layer, cause or reason; their "
    "sum is the number. A filter on them narrows refusals only.",
    zh="“{name}”为在层面、原因或拒因筛选下按归因方式计入的份额，其合计即该数字。此类筛选只收窄拒绝。",
)
REASONS = Words(
    en="Reasons stand in the order of the log, the primary one first, each with its cause in brackets. Columns that "
    "the log does not carry are left out.",
    zh="拒因按日志顺序排列，首要拒因在前，括号内为其原因。日志未包含的列不显示。",
)
FILE = Words(en="All rows as CSV", zh="全部明细（CSV）")
LIMITS = Words(
    en="The file holds all {total} rows, about {size}, in the language of this page. A spreadsheet holds "
    "{most} rows{too_many}.",
    zh="文件包含全部 {total} 行，约 {size}，语言与本页相同。电子表格最多容纳 {most} 行{too_many}。",
)
TOO_MANY = Words(
    en=": filter, or read the file with a program, since a spreadsheet would cut it off",
    zh="，超出部分会被截断：请先筛选，或用程序读取",
)
MEGABYTES, KILOBYTES = Words(en="{n} MB", zh="{n} MB"), Words(en="{n} kB", zh="{n} kB")
NO_STORE = Words(
    en="The store with the rows is not beside this snapshot, so there are sums but no rows. Copy the folder `store` of "
    "its home too.",
    zh="此快照旁没有存储行数据的 `store` 文件夹，因此只有汇总，没有明细。请一并复制其主目录中的 `store`。",
)
ELSEWHERE = Words(
    en="These are sums of rows that lie at `{place}`. They were summed there and did not come along.",
    zh="这些是对 `{place}` 处明细的汇总；明细在原处汇总，未随快照带来。",
)
NO_PART = Words(
    en="These rows cannot be read: {problem}",
    zh="无法读取这些行：存储文件缺失或已被更改。运行 `python -m etl verify` 可查明是哪一个文件。",
)
HEIGHT, ROW_HEIGHT = 640, 35


@dataclass(frozen=True)
class Wanted:
    """How the reader wants to turn the pages."""

    size: int
    is_newest_first: bool


def cards(screen: Screen) -> tuple[Card, ...]:
    """A table only."""
    return ()


def render(screen: Screen) -> None:
    with st.container(border=True, key="card_rows"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="head_rows"):
            st.markdown(f"## {screen.words(TITLE)}", width="content")
            with st.popover("", icon=":material/info:", type="tertiary", help=screen.words(ABOUT), key="about_rows"):
                st.markdown("\n\n".join(_about(screen)))
        wanted = _controls(screen)
        rows = state.rows(screen.snapshot, screen.question((screen.filters.counted,)))
        if not rows.has_store:
            st.info(screen.words(ELSEWHERE, place=rows.rows_at) if rows.rows_at else screen.words(NO_STORE))
        elif not rows.total:
            _nothing(screen)
        else:
            _show(rows, wanted, screen)


def _about(screen: Screen) -> list[str]:
    metric = METRICS[screen.filters.counted]
    definition = f"**{screen.words(metric.words)}** — {screen.words(metric.definition)}"
    return [
        definition,
        screen.words(WEIGHED, name=screen.words(WEIGHT.words)),
        screen.words(REASONS),
        screen.words(MASKED),
    ]


def _controls(screen: Screen) -> Wanted:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="controls_rows"):
        with st.container(width=240):
            choices = {name: METRICS[name].words for name in COUNTED}
            Controls(screen.snapshot, screen.filters).one_of("counted", words.COUNTED, choices)
        is_newest_first = st.selectbox(
            screen.words(ORDER),
            list(ORDERS),
            format_func=lambda choice: screen.words(ORDERS[choice]),
            key=f"rows_order_{screen.language}",
            persist_state="session",
            width=160,
        )
        size = st.selectbox(
            screen.words(SIZE), SIZES, index=1, key=f"rows_size_{screen.language}", persist_state="session", width=120
        )
    return Wanted(size, is_newest_first)


def _nothing(screen: Screen) -> None:
    st.info(screen.words(NOTHING_HERE))
    if screen.filters.where:
        st.button(screen.words(words.CLEAR), key="clear_rows", on_click=lambda: history.change(Filters.cleared))


def _show(rows: Rows, wanted: Wanted, screen: Screen) -> None:
    pages = -(-rows.total // wanted.size)
    top, table = st.container(horizontal=True, vertical_alignment="center", key="pages_rows"), st.container()
    with top:
        said = st.empty()
        number = st.pagination(pages, key=_key(rows, wanted)) if pages > 1 else 1
    first = (number - 1) * wanted.size
    try:
        page = state.page_of(rows, first, wanted.size, is_newest_first=wanted.is_newest_first)
    except DamagedSnapshot as problem:
        st.error(screen.words(NO_PART, problem=problem))
        return
    said.markdown(_position(rows, first, len(page), screen), width="content")
    with table:
        _table(page, rows, screen)
    _give(page, rows, wanted, screen)


def _key(rows: Rows, wanted: Wanted) -> str:
    """Other rows begin at page one."""
    about = repr((rows.snapshot.id, rows.question, wanted)).encode()
    return f"rows_page_{blake2b(about, digest_size=8).hexdigest()}"


def _position(rows: Rows, first: int, shown: int, screen: Screen) -> str:
    numbers = {"first": first + 1, "last": first + shown, "total": rows.total}
    texts = {name: formats.count(number, screen.language) for name, number in numbers.items()}
    text = screen.words(SHOWN, metric=screen.words(METRICS[rows.measure.id].words), **texts)
    if rows.is_weighed and rows.weight != rows.total:
        text += f" · {screen.words(COUNTING, weight=formats.count(rows.weight, screen.language))}"
    return text


def _table(page: pd.DataFrame, rows: Rows, screen: Screen) -> None:
    said_above = {"currency"} if screen.info.currency else set()
    names = [column.name for column in rows.columns if not column.is_for_files and column.name not in said_above]
    table = spoken(page, names, screen.snapshot, screen.language)
    config = {name: st.column_config.NumberColumn(format="localized") for name in counts(table)}
    height = min(HEIGHT, 3 + ROW_HEIGHT * (len(table) + 1))
    st.dataframe(table, hide_index=True, column_config=config, height=height, key="rows_table", alt=screen.words(TITLE))


def _give(page: pd.DataFrame, rows: Rows, wanted: Wanted, screen: Screen) -> None:
    url = address(screen.filters, screen.snapshot, is_newest_first=wanted.is_newest_first)
    total = formats.count(rows.total, screen.language)
    limits = screen.words(
        LIMITS,
        total=total,
        size=_size(likely_bytes(rows, page, screen.language), screen),
        most=formats.count(MOST_IN_A_SHEET + 1, screen.language),
        too_many=screen.words(TOO_MANY) if rows.total > MOST_IN_A_SHEET else "",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="foot_rows"):
        st.link_button(screen.words(FILE), url, icon=":material/download:", type="tertiary", key="rows_csv")
        st.caption(limits, width="content")


def _size(size: int, screen: Screen) -> str:
    if size < 1_000_000:
        return screen.words(KILOBYTES, n=formats.count(max(round(size / 1_000), 1), screen.language))
    return screen.words(MEGABYTES, n=formats.count(round(size / 1_000_000, 1), screen.language))
