"""What every value is called in both languages, and the reference rows of reasons and regions."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from etl.catalogue import Catalogue, Cause, Layer, MacroRegion, Reason, Scheme, load_catalogue
from etl.catalogue.reading import LANGUAGES, read_toml
from etl.manifest import Manifest

Row = tuple[Any, ...]

LABEL_COLUMNS = "dimension varchar, value varchar, en varchar, zh varchar"
REASON_COLUMNS = (
    "reason varchar, cause varchar, layer varchar, scheme varchar, gate varchar, is_retryable boolean, is_seen boolean,"
    " refusals bigint, en varchar, zh varchar, who_en varchar, who_zh varchar, returns_en varchar, returns_zh varchar,"
    " applicant_en varchar, applicant_zh varchar, lender_en varchar, lender_zh varchar, platform_en varchar,"
    " platform_zh varchar"
)
REGION_COLUMNS = (
    "region varchar, macro_region varchar, country varchar, tile_row integer, tile_col integer, population bigint"
)
NOT_GIVEN = ""


def label_rows(catalogue: Catalogue, manifest: Manifest) -> list[Row]:
    """dimension, value, en, zh: the catalogue's words, overlaid by those of the profiles that were loaded."""
    labels = {(dimension, value): (en, zh) for dimension, value, en, zh in _catalogue_labels(catalogue)}
    for dimension, values in manifest.words.items():
        labels.update({(dimension, value): (words["en"], words["zh"]) for value, words in values.items()})
    return [(*key, *words) for key, words in labels.items()]


def _catalogue_labels(catalogue: Catalogue) -> Iterator[Row]:
    named: dict[str, Mapping[str, Layer | Cause | Reason | MacroRegion | Scheme]] = {
        "layer": catalogue.layers,
        "cause": catalogue.causes,
        "reason": catalogue.reasons,
        "macro_region": catalogue.macro_regions,
        "scheme": catalogue.schemes,
    }
    for dimension, things in named.items():
        for name, thing in things.items():
            yield dimension, name, thing.words.en, thing.words.zh
    for region in catalogue.regions.values():
        yield "region", region.id, region.short.en, region.short.zh
    yield from _value_labels()


@cache
def _value_labels() -> tuple[Row, ...]:
    """The words of values.toml: what the values of the other dimensions are called."""
    rows: list[Row] = []
    for dimension, table in read_toml(Path(__file__).parent / "catalogue" / "values.toml").tables("values"):
        for value, words in table.content.items():
            rows.append((dimension, value, *(words[language] for language in LANGUAGES)))
    return tuple(rows)


def reason_rows(catalogue: Catalogue, seen: dict[str, tuple[str, str, int]]) -> list[Row]:
    """Every reason of the catalogue, and every code seen beside it. `seen`: code → cause, layer, refusals."""
    codes = dict.fromkeys([*catalogue.reasons, *seen])
    return [_reason_row(catalogue, code, seen.get(code)) for code in codes]


def _reason_row(catalogue: Catalogue, code: str, seen: tuple[str, str, int] | None) -> Row:
    reason = catalogue.reason(code)
    cause = catalogue.causes[reason.cause]
    texts = (
        reason.words,
        cause.who,
        cause.returns,
        reason.advice.applicant,
        reason.advice.lender,
        reason.advice.platform,
    )
    spoken = [text for words in texts for text in (words.en, words.zh)]
    facts = (code, cause.id, cause.layer, reason.scheme, reason.gate, reason.retryable, seen is not None)
    return (*facts, seen[2] if seen else 0, *spoken)


def region_rows(present: list[str]) -> list[Row]:
    """Every region of the catalogue, and those of the log that it does not know, below `unknown`."""
    regions = load_catalogue().regions
    known = [(r.id, r.parent, r.country, r.tile_row, r.tile_col, r.population) for r in regions.values()]
    strange = [(region, "unknown", NOT_GIVEN, None, None, None) for region in present if region not in regions]
    return [*known, *strange]
