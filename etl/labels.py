"""What every value is called in both languages, and the reference rows of reasons, regions and events."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from etl.catalogue import Catalogue, Cause, Layer, MacroRegion, Reason, load_catalogue
from etl.catalogue.reading import LANGUAGES, read_toml
from etl.errors import InvalidValue
from etl.home import Home
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
EVENT_COLUMNS = (
    "event_id varchar, start_at timestamp, last_at timestamp, kind varchar, region varchar, en varchar, zh varchar"
)
NOT_GIVEN = ""


def label_rows(manifest: Manifest) -> list[Row]:
    """dimension, value, en, zh: the catalogue's words, overlaid by those of the profiles that were loaded."""
    labels = {(dimension, value): (en, zh) for dimension, value, en, zh in _catalogue_labels(load_catalogue())}
    for dimension, values in manifest.words.items():
        labels.update({(dimension, value): (words["en"], words["zh"]) for value, words in values.items()})
    return [(*key, *words) for key, words in labels.items()]


def _catalogue_labels(catalogue: Catalogue) -> Iterator[Row]:
    named: dict[str, Mapping[str, Layer | Cause | Reason | MacroRegion]] = {
        "layer": catalogue.layers,
        "cause": catalogue.causes,
        "reason": catalogue.reasons,
        "macro_region": catalogue.macro_regions,
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


def reason_rows(seen: dict[str, tuple[str, str, int]]) -> list[Row]:
    """Every reason of the catalogue, and every code seen beside it. `seen`: code → cause, layer, refusals."""
    catalogue = load_catalogue()
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


def event_rows(home: Home) -> list[Row]:
    """The lender's own calendar in events.toml; none where there is no such file. `InvalidValue` names the entry."""
    if not home.events.exists():
        return []
    try:
        entries = tomllib.loads(home.events.read_text(encoding="utf-8")).get("events", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InvalidValue(f"{home.events}: {problem}") from problem
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidValue(f"{home.events}: write every event as a table of its own, [[events]]")
    return [_event_row(home.events, number, entry) for number, entry in enumerate(entries, start=1)]


def _event_row(path: Path, number: int, entry: dict[str, Any]) -> Row:
    for key in ("id", "start", "kind", "en", "zh"):
        if not entry.get(key):
            raise InvalidValue(f"{path}: event {number} needs {key!r}")
    start = _moment(entry["start"], time.min)
    last = _moment(entry["last"], time.max) if "last" in entry else start
    if "end" in entry:
        last = _moment(entry["end"], time.min)
    return entry["id"], start, last, entry["kind"], entry.get("region") or None, entry["en"], entry["zh"]


def _moment(value: Any, clock: time) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, clock).replace(microsecond=0)
    raise InvalidValue(f"{value!r} is no date; write 2026-11-11 without quotes")
