"""What an analyst can name: gates, layers, causes, reasons, code lists and regions; facts, no reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from etl.words import Words


@dataclass(frozen=True)
class Gate:
    """One step of the waterfall that judges an attempt."""

    id: str
    words: Words


@dataclass(frozen=True)
class Layer:
    """Whose side a cause is on: user, platform, technical, or unknown."""

    id: str
    words: Words


@dataclass(frozen=True)
class Advice:
    """What each audience can do."""

    applicant: Words
    lender: Words
    platform: Words


@dataclass(frozen=True)
class Cause:
    """What a reason means. `who` can act on it; `returns` says whether it goes away by itself."""

    id: str
    layer: str
    words: Words
    who: Words
    returns: Words
    retryable: bool
    advice: Advice


@dataclass(frozen=True)
class Reason:
    """A code on a refusal. `gate` is empty where the code list knows no gates."""

    id: str
    cause: str
    words: Words
    gate: str
    retryable: bool
    advice: Advice
    scheme: str


@dataclass(frozen=True)
class SchemeVersion:
    """One edition of a code list. `valid_from` is None where the list does not say since when it holds."""

    version: str
    valid_from: date | None


@dataclass(frozen=True)
class Scheme:
    """A code list. `aliases` maps the spellings that a source may use to reason ids."""

    id: str
    words: Words
    aliases: Mapping[str, str] = field(hash=False)
    versions: tuple[SchemeVersion, ...] = ()


@dataclass(frozen=True)
class MacroRegion:
    """A group of regions within one country."""

    id: str
    country: str
    words: Words


@dataclass(frozen=True)
class Region:
    """A subdivision by ISO 3166-2. Without a tile it is drawn as a bar only."""

    id: str
    country: str
    parent: str
    words: Words
    short: Words
    abbr: str
    gb2260: str
    population: int | None
    tile_row: int | None
    tile_col: int | None
