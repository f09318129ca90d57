"""Everything an analyst can name: reasons.toml, schemes/ and regions.csv, read and checked; no numbers."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.catalogue.code_lists import DEFAULT_SCHEME, KEYS, UNSPECIFIED, CodeLists, reason_id
from etl.catalogue.reading import LANGUAGES, Table, read_csv, read_toml
from etl.catalogue.things import Advice, Cause, Gate, Layer, MacroRegion, Reason, Region, Scheme, SchemeVersion
from etl.words import Words

__all__ = [
    "DEFAULT_SCHEME",
    "UNMAPPED",
    "UNSPECIFIED",
    "Advice",
    "Catalogue",
    "Cause",
    "Gate",
    "Layer",
    "MacroRegion",
    "Reason",
    "Region",
    "Scheme",
    "SchemeVersion",
    "load_catalogue",
    "read_catalogue",
]

HERE = Path(__file__).parent
OTHER = "other"
"""The cause of a code that only a text beside it explains."""
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

    def reasons_as_stored(self) -> dict[str, Reason]:
        """Every reason by each text that a store may hold for it: its id, and `scheme:alias` of a later alias."""
        spelled = (
            (reason_id(scheme.id, alias), self.reasons[id])
            for scheme in self.schemes.values()
            for alias, id in scheme.aliases.items()
        )
        return {**dict(spelled), **self.reasons}

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
def load_catalogue() -> Catalogue:
    """The catalogue shipped here. What a home adds to it is in `etl.catalogue.own`."""
    return read_catalogue(HERE)


def read_catalogue(folder: Path, *own: Path) -> Catalogue:
    """The catalogue in a folder, and over it the code lists in further files, the later ones on top."""
    main = read_toml(folder / "reasons.toml")
    main.allow(*KEYS, "gates", "layers", "causes")
    gates = {name: Gate(name, words) for name, words in main.named_words("gates").items()}
    layers = {name: Layer(name, words) for name, words in main.named_words("layers").items()}
    causes = {name: _cause(name, table, layers) for name, table in main.tables("causes")}
    shipped = CodeLists(gates, causes)
    for file in (main, *map(_code_list, sorted((folder / "schemes").glob("*.toml")))):
        shipped.add(file)
    reasons, schemes = shipped.over({}, {})
    if own:
        lists = CodeLists(gates, causes)
        for path in own:
            lists.add(_code_list(path), path.stem)
        reasons, schemes = lists.over(reasons, schemes)
    for name, known in ((UNSPECIFIED, reasons), (UNSPECIFIED, causes), (UNMAPPED, causes)):
        if name not in known:
            main.complain(f"{name!r} is missing; every log needs it")
    macro_regions = _macro_regions(folder)
    return Catalogue(gates, layers, causes, reasons, schemes, macro_regions, _regions(folder, macro_regions))


def _code_list(path: Path) -> Table:
    file = read_toml(path)
    file.allow(*KEYS)
    return file


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
