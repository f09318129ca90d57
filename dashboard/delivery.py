"""What goes over the wire: scripts packed once, pages in the reader's language, and headers that keep strangers out."""

import gzip
import re
from base64 import b64encode
from functools import cache, lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import brotli
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from dashboard import formats, locales, words
from dashboard.bundle import PLOTLY, PLOTLY_FILE, ROWS
from etl.words import Language

STATIC = Path(get_static_dir())
SCRIPTS = STATIC / "static" / "js"
STYLES = Path(__file__).parent / "browser" / "page.css"
ELEMENTS = (
    "BidiComponent",
    "PageLink",
    "Metric",
    "DownloadButton",
    "Html",
    "Checkbox",
    "Popover",
    "Selectbox",
    "Radio",
)
"""Streamlit's scripts for what is on a page from the first."""
IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}
FOREVER = "public, immutable, max-age=31536000"
"""For files whose name changes with their content."""
MOST_KEPT = 256
"""Packed files in memory, all together less than 10 MB."""
CODINGS = {"br": partial(brotli.compress, quality=9), "gzip": partial(gzip.compress, compresslevel=6, mtime=0)}
"""How files are packed, the smaller first; the two higher grades of Brotli take many seconds more."""


@lru_cache(MOST_KEPT)
def packed(file: Path, coding: str = "br") -> bytes:
    """The file in a coding, made once."""
    return bytes(CODINGS[coding](file.read_bytes()))


class Packed:
    """Serves Streamlit's scripts and styles packed, which it leaves to a proxy that a laptop does not have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        served = await _packed_response(scope) if scope["type"] == "http" else None
        await (served or self._app)(_unpacked(scope) if scope.get("path") == ROWS else scope, receive, send)


def _unpacked(scope: Scope) -> Scope:
    """The request as one that takes nothing packed: Streamlit would pack a long file for a reader on this machine."""
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"accept-encoding"]}


def static_file(path: str) -> Path | None:
    """The script or style behind an address; None where it is something else."""
    if path == PLOTLY:
        return PLOTLY_FILE
    file = (STATIC / path.lstrip("/")).resolve()
    is_ours = path.startswith("/static/") and file.is_relative_to(STATIC.resolve())
    return file if is_ours and file.suffix in MEDIA_TYPES and file.is_file() else None


async def _packed_response(scope: Scope) -> Response | None:
    file, coding = static_file(scope["path"]), _coding(Request(scope).headers.get("accept-encoding", ""))
    if file is None or coding is None:
        return None
    content = await to_thread.run_sync(packed, file, coding)
    headers = {"content-encoding": coding, "vary": "accept-encoding", "cache-control": FOREVER}
    return Response(content, media_type=MEDIA_TYPES[file.suffix], headers=headers)


def _coding(accepted: str) -> str | None:
    """The first of ours that a browser names; how much it likes each does not matter."""
    names = {name.partition(";")[0].strip() for name in accepted.split(",")}
    return next((coding for coding in CODINGS if coding in names), None)


async def plotly_bundle(request: Request) -> Response:
    """For whoever takes nothing packed."""
    content = await to_thread.run_sync(PLOTLY_FILE.read_bytes)
    return Response(content, media_type=MEDIA_TYPES[".js"], headers={"cache-control": FOREVER})


async def page(request: Request) -> Response:
    """Streamlit's page in the reader's language, which begins to fetch the charts' script at once."""
    asked = request.query_params.get("language")
    spoken = Language(asked) if asked in set(Language) else formats.language_of(_preferred(request))
    content, headers = html(spoken).encode(), {"cache-control": "no-cache", "vary": "accept-encoding, accept-language"}
    if coding := _coding(request.headers.get("accept-encoding", "")):
        content, headers["content-encoding"] = CODINGS[coding](content), coding
    return HTMLResponse(content, headers=headers)


def _preferred(request: Request) -> str:
    return request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]


@cache
def html(language: Language) -> str:
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    text = text.replace('<html lang="en">', f'<html lang="{locales.tag(language)}">')
    text = re.sub(r"<title>.*?</title>", f"<title>{words.PRODUCT(language)}</title>", text)
    return text.replace("</head>", f"{_head()}</head>")


def _head() -> str:
    """Our styles, and what a page needs at once: Streamlit would ask for it piece by piece, each when it is reached."""
    scripts = [f'<link rel="modulepreload" href="./static/js/{name}">' for name in first_elements()]
    plotly = f'<link rel="preload" as="script" href="{PLOTLY}">'
    return f"<style>{STYLES.read_text(encoding='utf-8')}</style>{plotly}{''.join(scripts)}"


def first_elements() -> list[str]:
    """The scripts of the elements that every view is made of, with those that they import."""
    wanted = [path.name for element in ELEMENTS for path in sorted(SCRIPTS.glob(f"{element}.*.js"))]
    known: dict[str, None] = {}
    while wanted:
        name = wanted.pop(0)
        known[name] = None
        imported = IMPORTED.findall((SCRIPTS / name).read_text(encoding="utf-8"))
        wanted += [other for other in imported if other not in known and other not in wanted]
    return list(known)


def first_scripts() -> list[Path]:
    """What the page asks for before anything else."""
    names = re.findall(r'(?:src|href)="\./(static/[^"]+\.(?:js|css))"', html(Language.EN))
    return [PLOTLY_FILE, *(STATIC / name for name in names)]


class Guarded:
    """Headers on every response: nothing from elsewhere is run, loaded, framed or told where a reader comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers().items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def headers() -> dict[str, str]:
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy().items()),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }


def policy() -> dict[str, str]:
    """What the page may load. Streamlit and Plotly write styles into the page, so those may be inline."""
    return {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *map(_hash, _inline_scripts())]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }


def _inline_scripts() -> list[Any]:
    return re.findall(r"<script>(.*?)</script>", html(Language.EN), re.DOTALL)


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
