"""The server around the screen: warm by the time the first page is there, with nothing to collect between clicks."""

import gc
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from threading import Thread

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard.bundle import CHARTS, PLOTLY, ROWS
from dashboard.delivery import Guarded, Packed, first_scripts, packed, page, plotly_bundle
from etl.errors import RefusalLensError

logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("app.py")
JSON = "application/json"
"""What a page of elsewhere cannot send without asking first."""
LARGEST = 100_000
"""Bytes of a question for charts; a page and its gestures are some hundred."""
PAGES = ("/", "/causes", "/regions", "/time", "/rows", "/data")


def application(home: Path, hosts: Sequence[str]) -> "st.App":
    """The screen of a home, as an ASGI application that answers to these names only."""

    @asynccontextmanager
    async def warm(app: "st.App") -> AsyncIterator[None]:
        Thread(target=prepare, args=(home,), name="warming", daemon=True).start()  # whoever stops does not wait for it
        yield

    routes = [
        Route(PLOTLY, plotly_bundle),
        Route(CHARTS, partial(charts, home), methods=["POST"]),
        Route(ROWS, partial(rows, home)),
        *(Route(path, page) for path in PAGES),
    ]
    own = Middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    middleware = [own, Middleware(Guarded), Middleware(Packed)]
    return st.App(SCRIPT, lifespan=warm, routes=routes, middleware=middleware)


async def charts(home: Path, request: Request) -> Response:
    """The charts after a gesture, for the browser, which shows them before the page is run; each when it is made."""
    from dashboard.ahead import charts_after
    from dashboard.shell import VIEWS

    if request.headers.get("content-type") != JSON:
        return PlainTextResponse(f"a question is {JSON}", 415)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return PlainTextResponse("too large a question", 413)
    views = {name: view.cards for name, view in VIEWS.items()}
    try:
        lines = await to_thread.run_sync(charts_after, home, views, body)
    except RefusalLensError as problem:
        return PlainTextResponse(str(problem), 400)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers={"cache-control": "no-store"})


async def rows(home: Path, request: Request) -> Response:
    """The rows behind a number as a file."""
    from dashboard.row_export import rows_csv

    return await rows_csv(home, request)


def prepare(home: Path) -> None:
    """Import all modules, answer what is asked first, pack the scripts. What is there then is not looked through again.

    Python would search hundreds of thousands of lasting objects for garbage, all readers waiting.
    """
    from dashboard.warming import answer_opening_questions

    try:
        answer_opening_questions(home)
    except Exception:  # a page that fails says so itself; the others shall be there
        logger.exception("the first answers could not be prepared")
    for file in first_scripts():
        packed(file)
    gc.collect()
    gc.freeze()
