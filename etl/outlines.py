"""A map of the lender's own, regions.geojson in the home: outlines on a whole grid, light enough to draw."""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from etl.catalogue.region_names import REGION_SCHEMES, as_spelled, region_spellings
from etl.errors import InvalidValue
from etl.words import Words

LARGEST = 20_000_000
"""Bytes of the file."""
MOST_REGIONS = 1_000
FINEST, COARSEST = 600, 75
"""Cells of the grid along the longer side: about the pixels of a card, and what is still a map."""
MOST_POINTS = 9_000
"""Of all outlines together; with more the grid is made coarser."""
FEWEST = 3
"""Points of a ring."""
IDENTITY = "id"
"""Of a feature itself, beside its properties."""

TOO_LARGE = Words(en="is larger than {most} MB; simplify it", zh="超过 {most} MB，请先简化")
UNREADABLE = Words(en="cannot be read ({problem})", zh="无法读取（{problem}）")
NOT_JSON = Words(en="is no JSON ({problem}); export it again as GeoJSON", zh="不是有效的 JSON，请重新导出为 GeoJSON")
NO_FEATURES = Words(
    en="is no FeatureCollection of polygons; export areas as GeoJSON", zh="不含多边形要素集，请将区域导出为 GeoJSON"
)
TOO_MANY = Words(
    en="has {n} areas, more than {most}; leave out those that are no regions",
    zh="含 {n} 个区域，多于 {most} 个，请删去并非地区者",
)
NO_DEGREES = Words(
    en="has coordinates that are no longitude and latitude in degrees; export it in EPSG:4326",
    zh="坐标不是以度计的经纬度，请以 EPSG:4326 导出",
)
NO_CODES = Words(
    en="has no property that holds codes or names of the log's regions, such as {codes}; its properties: {names}",
    zh="没有属性含有日志中地区的代码或名称（如 {codes}）；现有属性：{names}",
)

Ring = np.ndarray
"""Whole numbers, a row per point: to the right and upwards."""


class UnusableMap(InvalidValue):
    """A map that cannot be drawn. Its words say why in both languages."""

    def __init__(self, path: Path, why: Words, **values: Any) -> None:
        self.words = Words(en=f"{path.name} {why.en}", zh=f"{path.name} {why.zh}")
        self.values = values
        super().__init__(f"{path.parent}/{self.words.en.format(**values)}")


@dataclass(frozen=True, eq=False)
class Outlines:
    """Rings by region, and how far the grid reaches to the right and upwards."""

    rings: Mapping[str, tuple[Ring, ...]]
    width: int
    height: int


def read_outlines(path: Path, seen: Collection[str]) -> Outlines:
    """The outlines in a GeoJSON file, of all areas that are regions of the log, or of a country that it has seen.

    Which region an area is stands in the property, or the feature's id, that names most of them, and at least one that
    the log has seen: by its code, or as people spell it. Raises `UnusableMap` for what is no such file.
    """
    features = _features(path)
    named = _by_region(path, features, frozenset(seen))
    degrees = {region: flat for region, rings in named.items() if (flat := _flat(path, rings))}
    if not degrees:
        raise UnusableMap(path, NO_FEATURES)
    return _on_a_grid(degrees)


def _read(path: Path) -> bytes:
    try:
        is_too_large = path.stat().st_size > LARGEST
        content = b"" if is_too_large else path.read_bytes()
    except OSError as problem:
        raise UnusableMap(path, UNREADABLE, problem=problem.strerror) from problem
    if is_too_large:
        raise UnusableMap(path, TOO_LARGE, most=LARGEST // 1_000_000)
    return content


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(_read(path))
    except (ValueError, RecursionError) as problem:
        raise UnusableMap(path, NOT_JSON, problem=str(problem).splitlines()[0][:80]) from problem
    listed = content.get("features") if isinstance(content, dict) else None
    features = [one for one in listed if _is_area(one)] if isinstance(listed, list) else []
    if not features:
        raise UnusableMap(path, NO_FEATURES)
    if len(features) > MOST_REGIONS:
        raise UnusableMap(path, TOO_MANY, n=len(features), most=MOST_REGIONS)
    return features


def _is_area(feature: Any) -> bool:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and geometry.get("type") in {"Polygon", "MultiPolygon"}


def _by_region(path: Path, features: list[dict[str, Any]], seen: frozenset[str]) -> dict[str, list[Any]]:
    """The rings of each region."""
    spellings = _spellings(seen)
    regions = {
        name: [spellings.get(as_spelled(_value(one, name)), "") for one in features] for name in _names(features)
    }
    usable = {name: set(found) - {""} for name, found in regions.items() if seen.intersection(found)}
    if not usable:
        some = ", ".join(sorted(seen)[:3]) or "–"
        raise UnusableMap(path, NO_CODES, codes=some, names=", ".join(list(regions)[:12]))
    best = max(usable, key=lambda name: len(usable[name]))
    rings: dict[str, list[Any]] = {}
    for region, feature in zip(regions[best], features, strict=True):
        if region:
            rings.setdefault(region, []).extend(_rings(feature["geometry"]))
    return rings


def _spellings(seen: frozenset[str]) -> dict[str, str]:
    """By how it may be spelled, each region of the log and of the countries whose spellings are known."""
    countries = {region.partition("-")[0].lower() for region in seen}
    known = [region_spellings(scheme) for scheme in REGION_SCHEMES if scheme in countries]
    spelled = {spelling: region for spellings in known for spelling, region in spellings.items()}
    return spelled | {as_spelled(region): region for region in seen}


def _names(features: list[dict[str, Any]]) -> list[str]:
    found = [name for one in features if isinstance(one.get("properties"), dict) for name in one["properties"]]
    return list(dict.fromkeys([*found, IDENTITY]))


def _value(feature: dict[str, Any], name: str) -> str:
    properties = feature.get("properties")
    value = properties.get(name) if isinstance(properties, dict) else None
    if value is None and name == IDENTITY:
        value = feature.get(IDENTITY)
    return str(value) if isinstance(value, str | int) else ""


def _rings(geometry: dict[str, Any]) -> Iterator[Any]:
    polygons = geometry.get("coordinates")
    for polygon in polygons if geometry["type"] == "MultiPolygon" and isinstance(polygons, list) else [polygons]:
        yield from polygon if isinstance(polygon, list) else [polygon]


def _flat(path: Path, rings: list[Any]) -> list[np.ndarray]:
    """The rings as arrays of longitude and latitude; heights are left out."""
    try:
        flat = [np.array([point[:2] for point in ring], dtype=float).reshape(-1, 2) for ring in rings]
    except (TypeError, ValueError, OverflowError) as problem:
        raise UnusableMap(path, NO_DEGREES) from problem
    if not all(np.isfinite(ring).all() and (np.abs(ring) <= (180.0, 90.0)).all() for ring in flat):
        raise UnusableMap(path, NO_DEGREES)
    return [ring for ring in flat if len(ring) >= FEWEST]


def _on_a_grid(degrees: dict[str, list[np.ndarray]]) -> Outlines:
    """As they look from above, as true to width as the middle of the map, no finer than it can be drawn."""
    points = np.concatenate([ring for rings in degrees.values() for ring in rings])
    turned = {code: [_turned(ring, _seam(points[:, 0])) for ring in rings] for code, rings in degrees.items()}
    points = np.concatenate([ring for rings in turned.values() for ring in rings])
    narrower = np.array([math.cos(math.radians(float(points[:, 1].min() + points[:, 1].max()) / 2)), 1.0])
    low, size = points.min(axis=0) * narrower, np.ptp(points, axis=0) * narrower
    cells = FINEST
    while True:
        scale = cells / max(float(size.max()), 1e-9)
        drawn = {code: _drawn(rings, narrower, low, scale) for code, rings in turned.items()}
        if cells <= COARSEST or sum(len(ring) for rings in drawn.values() for ring in rings) <= MOST_POINTS:
            width, height = (max(1, round(float(side) * scale)) for side in size)
            return Outlines(drawn, width, height)
        cells //= 2


def _seam(longitudes: np.ndarray) -> float:
    """East of the widest stretch without any area: where the map begins, so that no country is cut in two."""
    around = np.unique(longitudes % 360)
    gaps = np.diff(np.append(around, around[0] + 360))
    return float(around[(int(gaps.argmax()) + 1) % len(around)])


def _turned(ring: np.ndarray, seam: float) -> np.ndarray:
    return np.column_stack([(ring[:, 0] - seam) % 360, ring[:, 1]])


def _drawn(rings: list[np.ndarray], narrower: np.ndarray, low: np.ndarray, scale: float) -> tuple[Ring, ...]:
    """Neighbours share their border, since it lies on the same cells.

    What is smaller than a cell is left out, and drawn as a small square where a region has nothing else.
    """
    snapped = [np.rint((ring * narrower - low) * scale).astype(int) for ring in rings]
    thinned = [_thinned(ring) for ring in snapped]
    kept = tuple(ring for ring in thinned if len(ring) >= FEWEST)
    if kept:
        return kept
    x, y = snapped[0][0]
    return (np.array([[x - 1, y], [x, y + 1], [x + 1, y], [x, y - 1]]),)


def _thinned(ring: Ring) -> Ring:
    """Without points that repeat the one before, and those that lie on the line between their neighbours."""
    moves = np.any(ring != np.roll(ring, 1, axis=0), axis=1)
    ring = ring[moves]
    if len(ring) < FEWEST:
        return ring
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    turning: Ring = ring[turns]
    return turning
