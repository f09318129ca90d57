"""Everything an analyst can name: reasons.toml, schemes/ and regions.csv, read and checked; no numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.catalogue.reading import LANGUAGES, Table, read_csv, read_toml
from etl.catalogue.things import Advice, Cause, Gate, Layer, MacroRegion, Reason, Region, Scheme
from etl.contract import SLOT_SEPARATOR
from etl.words import Words

__all__ = [
    "Advice",
    "Catalogue",
    "Cause",
    "Gate",
    "Layer",
    "MacroRegion",
    "Reason",
    "Region",
    "Scheme",
    "load_catalogue",
]

HERE = Path(__file__).parent
DEFAULT_SCHEME = "default"
UNSPECIFIED = "unspecified"
"""Both the reason and the cause of a refusal that carries no reason."""
UNMAPPED = "unmapped"
"""The cause of a code that is not in the catalogue."""

MACRO_REGION_COLUMNS = ("country", "macro_region", "name_en", "name_zh")
REGION_COLUMNS = (
    *("country", "region", "parent", "name_en", "name_zh", "short_en", "short_zh"),
    *("abbr", "gb2260", "population", "tile_row", "tile_col"),
)


@dataclass(frozen=True)
class Catalogue:
    """All the names, each kind in the order in which the screen lists it."""

    gates: dict[str, Gate]
    layers: dict[str, Layer]
    causes: dict[str, Cause]
    reasons: dict[str, Reason]
    schemes: dict[str, Scheme]
    macro_regions: dict[str, MacroRegion]
    regions: dict[str, Region]

    def reason(self, code: str) -> Reason:
        """The reason with this code; a code that nobody mapped keeps its text, with the cause `unmapped`."""
        if code in self.reasons:
            return self.reasons[code]
        cause = self.causes[UNMAPPED]
        return Reason(code, cause.id, Words(en=code, zh=code), "", cause.retryable, cause.advice, "")

    def cause_of(self, code: str) -> Cause:
        return self.causes[self.reason(code).cause]

    def layer_of(self, code: str) -> Layer:
        return self.layers[self.cause_of(code).layer]

    def reasons_of(self, cause: str) -> list[Reason]:
        return [reason for reason in self.reasons.values() if reason.cause == cause]

    def causes_of(self, layer: str) -> list[Cause]:
        return [cause for cause in self.causes.values() if cause.layer == layer]

    def regions_of(self, country: str) -> list[Region]:
        return [region for region in self.regions.values() if region.country == country]


@cache
def load_catalogue(folder: Path | None = None, more_schemes: Path | None = None) -> Catalogue:
    """The catalogue in `folder` (by default the one shipped here) and the code lists in `more_schemes`."""
    folder = folder or HERE
    main = read_toml(folder / "reasons.toml")
    main.allow("scheme", *LANGUAGES, "gates", "layers", "causes", "reasons")
    gates = {name: Gate(name, words) for name, words in main.named_words("gates").items()}
    layers = {name: Layer(name, words) for name, words in main.named_words("layers").items()}
    causes = {name: _cause(name, table, layers) for name, table in main.tables("causes")}
    catalogue = Catalogue(gates, layers, causes, {}, {}, _macro_regions(folder), {})
    for file in (main, *_scheme_files(folder / "schemes", more_schemes)):
        _add_scheme(catalogue, file)
    catalogue.regions.update(_regions(folder, catalogue.macro_regions))
    for name, known in ((UNSPECIFIED, catalogue.reasons), (UNSPECIFIED, causes), (UNMAPPED, causes)):
        if name not in known:
            main.complain(f"{name!r} is missing; every log needs it")
    return catalogue


def _scheme_files(*folders: Path | None) -> Iterator[Table]:
    for folder in folders:
        for path in sorted(folder.glob("*.toml")) if folder else ():
            table = read_toml(path)
            table.allow("scheme", *LANGUAGES, "reasons")
            yield table


def _cause(name: str, table: Table, layers: dict[str, Layer]) -> Cause:
    table.allow(*LANGUAGES, "layer", "who", "returns", "retryable", "advice")
    return Cause(
        id=name,
        layer=table.known("layer", layers),
        words=table.words(),
        who=table.words_at("who"),
        returns=table.words_at("returns"),
        retryable=table.flag("retryable"),
        advice=table.advice(),
    )


def _add_scheme(catalogue: Catalogue, file: Table) -> None:
    scheme = file.text("scheme")
    if scheme in catalogue.schemes:
        file.complain(f"scheme: {scheme!r} is described in another file already")
    aliases: dict[str, str] = {}
    for code, table in file.tables("reasons"):
        reason = _reason(scheme, code, table, catalogue)
        if reason.id in catalogue.reasons:
            table.complain(f"duplicate code {reason.id!r}")
        catalogue.reasons[reason.id] = reason
        for alias in (code, *table.texts("aliases")):
            if aliases.setdefault(alias, reason.id) != reason.id:
                table.complain(f"aliases: {alias!r} already stands for {aliases[alias]!r}")
    catalogue.schemes[scheme] = Scheme(scheme, file.words(), aliases)


def _reason(scheme: str, code: str, table: Table, catalogue: Catalogue) -> Reason:
    table.allow(*LANGUAGES, "cause", "gate", "retryable", "advice", "aliases")
    if SLOT_SEPARATOR in code or not code.strip():
        table.complain(f"a code must not be blank or contain {SLOT_SEPARATOR!r}")
    cause = catalogue.causes[table.known("cause", catalogue.causes)]
    return Reason(
        id=code if scheme == DEFAULT_SCHEME else f"{scheme}:{code}",
        cause=cause.id,
        words=table.words(),
        gate=table.known("gate", catalogue.gates) if "gate" in table.content else "",
        retryable=table.flag("retryable", cause.retryable),
        advice=table.advice(cause.advice),
        scheme=scheme,
    )


def _macro_regions(folder: Path) -> dict[str, MacroRegion]:
    found: dict[str, MacroRegion] = {}
    for row in read_csv(folder / "macro_regions.csv", MACRO_REGION_COLUMNS):
        name = row.text("macro_region")
        if name in found:
            row.complain(f"duplicate macro_region {name!r}")
        found[name] = MacroRegion(name, row.text("country"), row.words("name_"))
    return found


def _regions(folder: Path, macro_regions: dict[str, MacroRegion]) -> dict[str, Region]:
    found: dict[str, Region] = {}
    tiles: dict[tuple[str, int | None, int | None], str] = {}
    for row in read_csv(folder / "regions.csv", REGION_COLUMNS):
        region = _region(row, macro_regions)
        if region.id in found:
            row.complain(f"duplicate region {region.id!r}")
        tile = (region.country, region.tile_row, region.tile_col)
        if region.tile_row is not None and tiles.setdefault(tile, region.id) != region.id:
            row.complain(f"{region.id} has the tile of {tiles[tile]}")
        found[region.id] = region
    return found


def _region(row: Table, macro_regions: dict[str, MacroRegion]) -> Region:
    parent = row.known("parent", macro_regions)
    country = row.text("country")
    if macro_regions[parent].country != country:
        row.complain(f"parent: {parent!r} is not in {country}")
    return Region(
        id=row.text("region"),
        country=country,
        parent=parent,
        words=row.words("name_"),
        short=row.words("short_"),
        abbr=row.text("abbr"),
        gb2260=row.content["gb2260"],
        population=row.whole("population"),
        tile_row=row.whole("tile_row"),
        tile_col=row.whole("tile_col"),
    )
