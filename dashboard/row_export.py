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
from dashboard.filters import Filters, opening
from etl.errors import DamagedSnapshot, RefusalLensError
from etl.export import file_stem
from etl.home import SNAPSHOT_ID, Home
from etl.row_files import csv_chunks
from etl.rows import Rows
from etl.snapshot import Snapshot
from etl.words import Language

logger = logging.getLogger(__name__)

SNAPSHOT, ORDER, OLDEST = "snapshot", "order", "oldest"
HEADERS_AND_FIRST = 2
"""Pieces that are made before anything is said: whoever cannot read one row says why, with a status."""
BAD_REQUEST, NOT_FOUND, REPLACED, GONE, FAILED = 400, 404, 409, 410, 500


def address(filters: Filters, snapshot: Snapshot, *, is_newest_first: bool) -> str:
    """Where the rows behind `filters.counted` are, as this snapshot has them."""
    query = to_query(filters, _silent(snapshot)) | {SNAPSHOT: [snapshot.id]}
    order = {} if is_newest_first else {ORDER: [OLDEST]}
    return f"{ROWS}?{urlencode(query | order, doseq=True)}"


async def rows_csv(home: Path, request: Request) -> Response:
    """The file, or in one line why there is none."""
    try:
        return await to_thread.run_sync(_answer, home, request.query_params, request.method)
    except DamagedSnapshot as problem:
        return PlainTextResponse(f"{problem}\n", FAILED)
    except RefusalLensError as problem:
        return PlainTextResponse(f"{problem}\n", BAD_REQUEST)


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


def _answer(home: Path, params: QueryParams, method: str) -> Response:
    asked = {name: params.getlist(name) for name in params}
    snapshot_id, order = ("".join(asked.pop(name, [""])) for name in (SNAPSHOT, ORDER))
    if refused := _no_snapshot(Home(home), snapshot_id):
        return refused
    snapshot = state.snapshot(home)
    reading = read_query(asked, _silent(snapshot))
    known = known_here(reading.filters, snapshot)
    language = known.filters.language
    notices = [notice(language) for notice in (*reading.notices, *known.notices)]
    if order not in ("", OLDEST):
        notices.append(f"{ORDER}={order}?")
    if notices:
        return PlainTextResponse(" ".join(notices) + "\n", BAD_REQUEST)
    rows = Rows(snapshot, known.filters.question(snapshot.info, (known.filters.counted,)))
    return _file(rows, language, is_newest_first=order != OLDEST, is_wanted=method != "HEAD")


def _silent(snapshot: Snapshot) -> Filters:
    """What an address says nothing of; always the same, whatever language the browser prefers."""
    return opening(snapshot.info, Language.EN)


def _no_snapshot(home: Home, asked: str) -> Response | None:
    current = home.current_id()
    if asked and asked == current:
        return None
    if not SNAPSHOT_ID.fullmatch(asked):
        return PlainTextResponse(f"the address names no snapshot ({SNAPSHOT}=…); reload the page\n", BAD_REQUEST)
    if home.snapshot_path(asked).exists():
        return PlainTextResponse(f"snapshot {asked} was replaced by {current}; reload the page\n", REPLACED)
    return PlainTextResponse(f"snapshot {asked} is gone; reload the page\n", GONE)


def _file(rows: Rows, language: Language, *, is_newest_first: bool, is_wanted: bool) -> Response:
    if not rows.has_store:
        return PlainTextResponse(f"the store of {rows.home.root} is not there, so there are no rows\n", NOT_FOUND)
    chunks = csv_chunks(rows, language, is_newest_first=is_newest_first)
    try:
        rows.check_parts()
        begun = list(islice(chunks, HEADERS_AND_FIRST)) if is_wanted else []
    except RefusalLensError as problem:
        return PlainTextResponse(f"{problem}\n", FAILED)
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
