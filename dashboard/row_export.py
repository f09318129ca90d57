"""The rows behind a number as a file: made while it is sent, and broken off rather than ended where that fails."""

import logging
from collections.abc import AsyncIterator, Generator, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from urllib.parse import urlencode

from anyio import to_thread
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Send

from dashboard import state
from dashboard.address import known_here, read_query, to_query
from dashboard.bundle import ROWS
from dashboard.filters import Filters, silent
from dashboard.problems import said
from etl.errors import DamagedSnapshot, RefusalLensError
from etl.export import file_stem
from etl.home import SNAPSHOT_ID, Home
from etl.row_files import csv_chunks
from etl.rows import Rows
from etl.snapshot import Snapshot
from etl.words import Language, Words

logger = logging.getLogger(__name__)

SNAPSHOT, ORDER, OLDEST, LANGUAGE = "snapshot", "order", "oldest", "language"
HEADERS_AND_FIRST = 2
"""Pieces that are made before anything is said: whoever cannot read one row says why, with a status."""
BAD_REQUEST, NOT_FOUND, REPLACED, GONE, FAILED = 400, 404, 409, 410, 500
NAMES_NONE = Words(
    en="the address names no snapshot ({name}=…); reload the page", zh="网址未指明快照（{name}=…）；请刷新页面"
)
WAS_REPLACED = Words(
    en="snapshot {asked} was replaced by {current}; reload the page", zh="快照 {asked} 已被 {current} 取代；请刷新页面"
)
IS_GONE = Words(en="snapshot {asked} is gone; reload the page", zh="快照 {asked} 已不存在；请刷新页面")
NO_SUCH_ORDER = Words(
    en="The address asks for the order “{order}”, which is not known here; known: {known}.",
    zh="网址中的排序“{order}”在此未知，可用：{known}。",
)
NO_STORE = Words(en="the store of {home} is not there, so there are no rows", zh="{home} 中没有存储，因此没有明细")
ELSEWHERE = Words(en="these are sums of rows that lie at {place}", zh="这些是对 {place} 处明细的汇总")
UNREADABLE = Words(
    en="{problem}",
    zh="无法读取这些行：存储或快照文件缺失或已被更改。运行 `python -m etl verify` 可查明是哪一个文件。",
)
NO_KEY = Words(en="{problem}", zh="掩码密钥 {key} 无法使用，请放回主目录最初的密钥。")


def address(filters: Filters, snapshot: Snapshot, *, is_newest_first: bool) -> str:
    """Where the rows behind `filters.counted` are, as this snapshot has them."""
    query = to_query(filters, silent(snapshot.info)) | {SNAPSHOT: [snapshot.id]}
    order = {} if is_newest_first else {ORDER: [OLDEST]}
    return f"{ROWS}?{urlencode(query | order, doseq=True)}"


async def rows_csv(home: Path, request: Request) -> Response:
    """The file, or in one line why there is none."""
    language = read_query({LANGUAGE: request.query_params.getlist(LANGUAGE)}).filters.language
    try:
        return await to_thread.run_sync(_answer, home, request.query_params, request.method, language)
    except DamagedSnapshot as problem:
        return _line(UNREADABLE(language, problem=problem), FAILED)
    except RefusalLensError as problem:
        return _line(said(problem, language), BAD_REQUEST)


def _line(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status)


class Streamed(StreamingResponse):
    """A file without a length. Where it cannot be finished the connection is cut, so that nobody takes it for whole."""

    def __init__(self, begun: list[bytes], chunks: Generator[bytes, None, None], headers: dict[str, str]) -> None:
        self._chunks = chunks
        content = _off_the_loop(chain(begun, chunks))
        super().__init__(content, media_type="text/csv; charset=utf-8", headers=headers)

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        except RefusalLensError as problem:
            logger.error("%s was broken off: %s", ROWS, problem)
        finally:
            self._chunks.close()  # also where the reader went away: what it read from would stay open


def _answer(home: Path, params: QueryParams, method: str, language: Language) -> Response:
    asked = {name: params.getlist(name) for name in params}
    snapshot_id, order = ("".join(asked.pop(name, [""])) for name in (SNAPSHOT, ORDER))
    if refused := _no_snapshot(Home(home), snapshot_id, language):
        return refused
    snapshot = state.snapshot(home)
    reading = read_query(asked, silent(snapshot.info))
    known = known_here(reading.filters, snapshot)
    notices = [notice(language) for notice in (*reading.notices, *known.notices)]
    if order not in ("", OLDEST):
        notices.append(NO_SUCH_ORDER(language, order=order, known=OLDEST))
    if notices:
        return _line(" ".join(notices), BAD_REQUEST)
    rows = Rows(snapshot, known.filters.question(snapshot.info, (known.filters.counted,)))
    return _file(rows, language, is_newest_first=order != OLDEST, is_wanted=method != "HEAD")


def _no_snapshot(home: Home, asked: str, language: Language) -> Response | None:
    current = home.current_id()
    if asked and asked == current:
        return None
    if not SNAPSHOT_ID.fullmatch(asked):
        return _line(NAMES_NONE(language, name=SNAPSHOT), BAD_REQUEST)
    if home.snapshot_path(asked).exists():
        return _line(WAS_REPLACED(language, asked=asked, current=current), REPLACED)
    return _line(IS_GONE(language, asked=asked), GONE)


def _file(rows: Rows, language: Language, *, is_newest_first: bool, is_wanted: bool) -> Response:
    if not rows.has_store:
        why = ELSEWHERE(language, place=rows.rows_at) if rows.rows_at else NO_STORE(language, home=rows.home.root)
        return _line(why, NOT_FOUND)
    chunks = csv_chunks(rows, language, is_newest_first=is_newest_first)
    try:
        rows.check_parts()
        begun = list(islice(chunks, HEADERS_AND_FIRST)) if is_wanted else []
    except DamagedSnapshot as problem:
        return _line(UNREADABLE(language, problem=problem), FAILED)
    except RefusalLensError as problem:
        return _line(NO_KEY(language, problem=problem, key=rows.home.hash_key), FAILED)
    name = f"rows_{file_stem(rows.snapshot, rows.question)}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    if not is_wanted:
        chunks.close()
    return Streamed(begun, chunks, headers)


async def _off_the_loop(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece is made by a thread, and only when the one before has left."""
    made = partial(next, chunks, None)
    while (chunk := await to_thread.run_sync(made)) is not None:
        yield chunk
