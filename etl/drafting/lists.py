"""Which of the catalogue's lists the values of a column come from, and what parts several codes in a cell."""

from collections import Counter
from functools import cache

from etl.catalogue import load_catalogue
from etl.catalogue.region_names import REGION_SCHEMES, as_spelled, region_spellings
from etl.drafting.seen import Column

KNOWN = 0.9
"""The share of rows whose values must be on a list before the column is taken to come from it."""
SEPARATORS = ("|", ";", "；", "、", ",", "，", "/")
LONGEST_CODE = 60


def region_scheme(column: Column) -> str | None:
    """The scheme of regions that most values are spellings of."""
    shares = {scheme: column.share(lambda text: as_spelled(text) in _spellings(scheme)) for scheme in REGION_SCHEMES}  # noqa: B023
    scheme = max(REGION_SCHEMES, key=lambda scheme: shares[scheme])
    return scheme if shares[scheme] >= KNOWN else None


@cache
def _spellings(scheme: str) -> dict[str, str]:
    return region_spellings(scheme)


def reason_scheme(columns: tuple[Column, ...], mark: str | None = None) -> str | None:
    """The code list that most codes are on, by words: mere numbers are on many. `mark` parts the codes of a cell."""
    codes = sum((_codes(column, mark) for column in columns), Counter[str]())
    for name, scheme in load_catalogue().schemes.items():
        known = sum(codes[text] for text in scheme.aliases if not text.isdecimal())
        if known >= KNOWN * codes.total() > 0:
            return name
    return None


def _codes(column: Column, mark: str | None) -> Counter[str]:
    codes: Counter[str] = Counter()
    for value, rows in column.values.items():
        for piece in value.split(mark) if mark else [value]:
            codes[piece.strip()] += rows if piece.strip() else 0
    return codes


def separator(column: Column) -> str | None:
    """What parts several codes in one cell: its pieces come up again and again, or stand alone elsewhere."""
    return next((mark for mark in SEPARATORS if _parts_codes(column, mark)), None)


def _parts_codes(column: Column, mark: str) -> bool:
    parted = [value for value in column.values if mark in value]
    pieces = Counter(piece.strip() for value in parted for piece in value.split(mark) if piece.strip())
    known = sum(times for piece, times in pieces.items() if piece in column.values or times > 1)
    return bool(parted) and known >= KNOWN * pieces.total() and max(map(len, pieces), default=0) <= LONGEST_CODE
