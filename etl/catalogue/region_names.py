"""How sources spell regions: codes, full and short names, signs and Romanisations, each with the region it means."""

import unicodedata
from collections.abc import Iterator
from functools import cache

from etl.catalogue import HERE, Region, load_catalogue
from etl.catalogue.reading import read_csv
from etl.errors import InvalidValue, UnknownName

REGION_SCHEMES: tuple[str, ...] = ("cn", "us")
"""Each is the country whose regions it spells."""
COLUMNS = ("region", "spellings")
BETWEEN = "|"
PROVINCE_DIGITS = 2
"""The first digits of a code by GB/T 2260, which a source may write alone."""


def as_spelled(text: str) -> str:
    """The text as spellings are compared: full width and case make no difference, nor do spaces around it."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


@cache
def region_spellings(scheme: str) -> dict[str, str]:
    """Every known spelling, as `as_spelled` gives it, with its region such as `CN-GD`. `UnknownName` otherwise.

    Cities are no spelling of a region: 深圳 or 440300 stand for nothing here, and 吉林市 is not 吉林省.
    """
    if scheme not in REGION_SCHEMES:
        raise UnknownName("region scheme", scheme, REGION_SCHEMES)
    country = scheme.upper()
    known: dict[str, str] = {}
    for region, spelling, place in (*_own_names(country), *_further(country)):
        if known.setdefault(as_spelled(spelling), region) != region:
            raise InvalidValue(f"{place}: {spelling!r} already stands for {known[as_spelled(spelling)]!r}")
    return known


def _own_names(country: str) -> Iterator[tuple[str, str, str]]:
    """Region, spelling, and where it stands: what regions.csv calls the regions of a country."""
    for region in load_catalogue().regions_of(country):
        for name in _names(region):
            yield region.id, name, f"regions.csv: {region.id}"


def _names(region: Region) -> Iterator[str]:
    yield from (region.id, region.id.partition("-")[2], region.abbr)
    yield from (region.words.en, region.words.zh, region.short.en, region.short.zh)
    if region.gb2260:
        yield from (region.gb2260, region.gb2260[:PROVINCE_DIGITS])


def _further(country: str) -> Iterator[tuple[str, str, str]]:
    regions = load_catalogue().regions
    for row in read_csv(HERE / "region_spellings.csv", COLUMNS):
        region = row.known("region", regions)
        if regions[region].country == country:
            for spelling in row.text("spellings").split(BETWEEN):
                yield region, spelling, row.place
