"""The server around the screen: warm before the first reader comes, and nothing to collect between two clicks."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.routing import Route

from dashboard.bundle import PLOTLY
from dashboard.delivery import Guarded, Packed, first_scripts, packed, page, plotly_bundle

SCRIPT = Path(__file__).with_name("app.py")
PAGES = ("/", "/causes", "/regions", "/time", "/data")


def application(home: Path) -> "st.App":
    """The screen of a home, as an ASGI application."""

    @asynccontextmanager
    async def warm(app: "st.App") -> AsyncIterator[None]:
        await to_thread.run_sync(prepare, home)
        yield

    routes = [Route(PLOTLY, plotly_bundle), *(Route(path, page) for path in PAGES)]
    return st.App(SCRIPT, lifespan=warm, routes=routes, middleware=[Middleware(Guarded), Middleware(Packed)])


def prepare(home: Path) -> None:
    """Import all modules, open the snapshot, pack the scripts. What is there then is never looked through again.

    Python would search hundreds of thousands of lasting objects for garbage, all readers waiting.
    """
    from dashboard.warming import answer_opening_questions

    for file in first_scripts():
        packed(file)
    answer_opening_questions(home)
    gc.collect()
    gc.freeze()
