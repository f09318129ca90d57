"""What the menu at a mark does to the filters: only this, all except this, or released."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dashboard.choices import CLOCK, narrowed
from dashboard.clicks import Change
from dashboard.filters import Filters
from dashboard.marks import weekdays
from etl.query import Selection
from etl.snapshot import Snapshot
from etl.words import Language, Words


class Way(StrEnum):
    ONLY = "only"
    EXCEPT = "except"
    RELEASE = "release"


MENU = {
    Way.ONLY: Words(en="Only {value}", zh="仅看 {value}"),
    Way.EXCEPT: Words(en="All except {value}", zh="除 {value} 外的全部"),
    Way.RELEASE: Words(en="Release {value}", zh="取消 {value} 的筛选"),
    "back": Words(en="Back to the period before", zh="返回之前的时段"),
    "days": Words(en="Only these days", zh="仅看这段日期"),
    "joined": Words(en=" · ", zh=" · "),
    "hint": Words(
        en="Arrow keys move from mark to mark, Enter filters, Shift+Enter opens a menu.",
        zh="方向键在图中标记间移动，回车键筛选，Shift+回车打开菜单。",
    ),
    "chosen": Words(en="filtered", zh="已筛选"),
    "name": Words(en="Filter by this mark", zh="按此标记筛选"),
}
"""What the browser's menu says; `{value}` is filled there."""


@dataclass(frozen=True)
class Menu:
    """For the browser: the dimensions of a chart's marks, which of their values are in the filters by name, own dates.

    With `framed` a mark stands for days alone.
    """

    own: tuple[str, ...] = ()
    listed: tuple[tuple[str, ...], ...] = ()
    framed: bool = False
    since: str | None = None
    until: str | None = None


def menu(own: tuple[str, ...], filters: Filters, *, framed: bool) -> Menu:
    chosen = [filters.selection(name) for name in own]
    listed = tuple(selection.values if selection else () for selection in chosen)
    days = (day.isoformat() if day else None for day in (filters.since, filters.until))
    return Menu(own, listed, framed, *days)


def spoken(language: Language) -> dict[str, str]:
    """The menu's words, `{value}` left to the browser."""
    return {str(name): words(language, value="{value}") for name, words in MENU.items()}


def names(snapshot: Snapshot, menus: Iterable[Menu], language: Language) -> dict[str, Any]:
    """For the browser: the menu's words and what the values are called that it names."""
    dimensions = [name for one in menus for name in one.own]
    return {"words": spoken(language), "labels": labels(snapshot, dimensions, language)}


def labels(snapshot: Snapshot, dimensions: Iterable[str], language: Language) -> dict[str, dict[str, str]]:
    """What the values of these dimensions are called; marks of others have no menu."""
    return {
        name: {value: _label(snapshot, name, value, language) for value in _values(snapshot, name)}
        for name in sorted(set(dimensions))
        if snapshot.has(name)
    }


def _values(snapshot: Snapshot, dimension: str) -> Iterable[str]:
    return CLOCK[dimension] if dimension in CLOCK else snapshot.values(dimension)


def _label(snapshot: Snapshot, dimension: str, value: str, language: Language) -> str:
    if dimension == "weekday":
        return weekdays(language)[int(value) - 1]
    return f"{int(value):02d}:00" if dimension == "hour" else snapshot.label(dimension, value, language)


def on_menu(snapshot: Snapshot, own: tuple[str, ...], mark: tuple[str, ...], way: Way, place: int) -> Change:
    """`ONLY` chooses all values of the mark; the other two mean the one at its `place`. Unknown values do nothing."""
    values = dict(zip(own, mark, strict=False))
    meant = values if way is Way.ONLY else dict(list(values.items())[place : place + 1])
    is_known = all(value in snapshot.known(name) for name, value in meant.items())
    return lambda filters: changed(snapshot, filters, meant, way) if is_known else filters


def changed(snapshot: Snapshot, filters: Filters, values: Mapping[str, str], way: Way) -> Filters:
    for name, value in values.items():
        filters = narrowed(snapshot, filters, name, _selection(filters.selection(name) or Selection(()), value, way))
    return filters


def _selection(before: Selection, value: str, way: Way) -> Selection:
    """All except this joins what is left out already, and takes the place of what was chosen."""
    if way is Way.ONLY:
        return Selection((value,))
    if way is Way.EXCEPT:
        return Selection((*before.values, value) if before.is_except else (value,), True)
    left = tuple(other for other in before.values if other != value)
    return Selection(left, before.is_except and bool(left))
