"""Saved views: named addresses in `views.toml` of the home folder, which an analyst may edit."""

import fcntl
import json
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from dashboard.address import Reading, read_query, to_query
from dashboard.filters import Filters
from etl.words import Language, Words

FILE = "views.toml"
LONGEST = 80
"""Letters of a name."""
HEAD = (
    "# Saved views. `query` is what stands after the ? in the address; `start` marks the one shown first.\n"
    "# The dashboard writes this file anew with each change of a view: comments of your own are not kept.\n"
)
KEYS = ("name", "query", "start")
"""Of a view."""

NAMELESS = Words(en="A saved view needs a name.", zh="请为视图命名。")
UNPRINTABLE = Words(
    en="A name has no control characters and at most {most} letters.", zh="名称不得含控制字符，且不超过 {most} 个字符。"
)
TAKEN = Words(
    en="There is a saved view “{name}” already; take another name.", zh="已有名为“{name}”的视图，请换一个名称。"
)
GONE = Words(en="There is no saved view “{name}” any more.", zh="名为“{name}”的视图已不存在。")
UNREADABLE = Words(
    en="{file} cannot be read ({why}); mend or remove it, then save again.",
    zh="无法读取 {file}（{why}）；请修复或删除后重试。",
)
UNKNOWN_KEYS = Words(
    en="{file} has keys that would be lost: {names} (known: name, query, start of each view); remove them, then save "
    "again.",
    zh="{file} 含有未知的键，保存会将其丢失：{names}（每个视图可用：name、query、start）；请删除后重试。",
)
READ_ONLY = Words(
    en="{file} cannot be written ({why}). The address of the page holds the same: share or bookmark it.",
    zh="无法写入 {file}（{why}）。页面网址包含相同内容，可分享或收藏。",
)


class NotSaved(Exception):
    """Why a view was not saved, opened or renamed: one line, in the reader's language."""

    def __init__(self, words: Words, **values: object) -> None:
        super().__init__(words(Language.EN, **values))
        self._words, self._values = words, values

    def __call__(self, language: Language) -> str:
        return self._words(language, **self._values)


@dataclass(frozen=True)
class SavedView:
    name: str
    query: str
    """As in the address, without the language: a view speaks the language of whoever opens it."""
    is_start: bool = False


Views = tuple[SavedView, ...]
Made = Callable[[Views], Views]
"""What becomes of them."""


def written(filters: Filters, opening: Filters) -> str:
    """The filters as the query of an address; a preset stays relative to the day until which the log is complete."""
    query = to_query(filters, opening)
    query.pop("language", None)
    return urlencode(query, doseq=True)


def opened(view: SavedView, opening: Filters) -> Reading:
    """What a view asks for, and what in it is not understood."""
    query = parse_qs(view.query)
    query.pop("language", None)
    return read_query(query, opening)


def read(home: Path) -> Views:
    """Those of a home, in the order of the file. Raises `NotSaved` for a file that makes no sense."""
    path = home / FILE
    try:
        told = path.stat()
        return _read(path, (told.st_ino, told.st_mtime_ns, told.st_size))
    except FileNotFoundError:
        return ()
    except OSError as problem:
        raise NotSaved(UNREADABLE, file=FILE, why=problem.strerror) from problem


@lru_cache(maxsize=8)
def _read(path: Path, version: tuple[int, ...]) -> Views:
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("view", [])
        return tuple(SavedView(str(one["name"]), str(one["query"]), one.get("start") is True) for one in listed)
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        why = " ".join(str(problem).split()) or type(problem).__name__
        raise NotSaved(UNREADABLE, file=FILE, why=why) from problem


def start(home: Path) -> SavedView | None:
    """The one that is shown where an address says nothing."""
    with suppress(NotSaved):
        return next((view for view in read(home) if view.is_start), None)
    return None


def change(home: Path, made: Made) -> None:
    """The file with other views, replaced as a whole, comments and all.

    Raises `NotSaved`, and leaves the file as it was then.
    """
    try:
        with _changing(home):
            views = made(read(home))
            _keep_unknown_keys(home / FILE)
            _replace(home / FILE, HEAD + "".join(map(_entry, views)))
    except OSError as problem:
        raise NotSaved(READ_ONLY, file=FILE, why=problem.strerror) from problem


@contextmanager
def _changing(home: Path) -> Iterator[None]:
    """One after the other, whichever process they are in: the folder itself is locked, for as long as it is open."""
    folder = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _keep_unknown_keys(path: Path) -> None:
    """Raises `NotSaved` where an analyst wrote more than would be written again."""
    with suppress(FileNotFoundError):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        in_views = (key for view in file.get("view", []) for key in view if key not in KEYS)
        if names := dict.fromkeys([*in_views, *(key for key in file if key != "view")]):
            raise NotSaved(UNKNOWN_KEYS, file=FILE, names=" ".join(", ".join(names).split()))


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _entry(view: SavedView) -> str:
    """JSON's strings are TOML's too, but for one letter."""
    name, query = (json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f") for text in (view.name, view.query))
    return f"\n[[view]]\nname = {name}\nquery = {query}\n{'start = true' if view.is_start else ''}".rstrip("\n") + "\n"


def added(name: str, query: str) -> Made:
    return lambda views: (*views, SavedView(_fresh(name, views), query))


def renamed(name: str, to: str) -> Made:
    def made(views: Views) -> Views:
        others = tuple(view for view in views if view.name != name)
        fresh = _fresh(to, others)
        return tuple(replace(view, name=fresh) if view.name == name else view for view in _with(name, views))

    return made


def deleted(name: str) -> Made:
    return lambda views: tuple(view for view in views if view.name != name)


def started(name: str, is_start: bool) -> Made:
    """At most one view is shown first."""
    return lambda views: tuple(replace(view, is_start=is_start and view.name == name) for view in _with(name, views))


def _with(name: str, views: Views) -> Views:
    if all(view.name != name for view in views):
        raise NotSaved(GONE, name=name)
    return views


def _fresh(name: str, views: Views) -> str:
    """A name that can be shown and that no other view has, however its letters are cased."""
    tidy = " ".join(name.split())
    if not tidy:
        raise NotSaved(NAMELESS)
    if not tidy.isprintable() or len(tidy) > LONGEST:
        raise NotSaved(UNPRINTABLE, most=LONGEST)
    if taken := next((view.name for view in views if view.name.casefold() == tidy.casefold()), None):
        raise NotSaved(TAKEN, name=taken)
    return tidy
