"""Since when which version of a code list holds: by the log, and where it is silent by the catalogue. Rows."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from etl.catalogue import Catalogue
from etl.words import Words

Row = tuple[Any, ...]
Seen = tuple[str, str, date, int]
"""Scheme, version, first day, attempts."""

EDITION_COLUMNS = (
    "scheme varchar, scheme_version varchar, first_day date, attempts bigint, is_break boolean, en varchar, zh varchar"
)
CALLED = Words(en="code list {name}", zh="代码表 {name}")


def edition_rows(catalogue: Catalogue, seen: list[Seen], first_day: date, last_day: date) -> list[Row]:
    """Each version that the log names from its first day on, and those that the catalogue lets begin in between.

    A break is where another code list or version begins after the log's first day; from there on, codes are not
    those of before. Rows that name no version begin none, unless their code list is new.
    """
    begun: set[str] = set()
    rows = []
    for scheme, version, day, attempts in sorted(seen, key=lambda edition: (edition[2], edition[0], edition[1])):
        is_break = day > first_day and (bool(version) or scheme not in begun)
        begun.add(scheme)
        rows.append(_row(scheme, version, day, attempts, is_break=is_break))
    return [*rows, *_unnamed(catalogue, seen, first_day, last_day)]


def _unnamed(catalogue: Catalogue, seen: list[Seen], first_day: date, last_day: date) -> Iterator[Row]:
    """The versions of the log's code lists that begin within its days, though no row of it names them."""
    named = {(scheme, version) for scheme, version, *_ in seen}
    for scheme in dict.fromkeys(scheme for scheme, _ in named if scheme in catalogue.schemes):
        for version in catalogue.schemes[scheme].versions:
            day = version.valid_from
            if day and first_day < day <= last_day and (scheme, version.version) not in named:
                yield _row(scheme, version.version, day, 0, is_break=True)


def _row(scheme: str, version: str, day: date, attempts: int, *, is_break: bool) -> Row:
    name = f"{scheme} {version}".strip()
    return scheme, version, day, attempts, is_break, CALLED("en", name=name), CALLED("zh", name=name)
