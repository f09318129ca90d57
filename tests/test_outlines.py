"""A map of the lender's own: how regions are recognised, how outlines become light, and what is no map."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_charts import EN, REGIONS, ZH

from dashboard import maps
from dashboard.answers import answer
from dashboard.filters import Filters
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.views import overview, regions
from etl.home import Home
from etl.outlines import FINEST, MOST_POINTS, Outlines, UnusableMap, read_outlines
from etl.query import Selection
from etl.snapshot import Snapshot
from etl.words import Language

SEEN = ("CN-GD", "CN-SH", "unknown")
SQUARE = [[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]


def square(x: float = 0, y: float = 0, side: float = 10) -> list[list[float]]:
    return [[x + side * a / 10, y + side * b / 10] for a, b in SQUARE]


def area(properties: dict[str, Any] | None, *rings: list[list[float]], **beside: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": list(rings or (square(),))}
    return {"type": "Feature", "properties": properties, "geometry": geometry, **beside}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(*features: Any, **content: Any) -> Path:
        path = tmp_path / "regions.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)} | content), "utf-8")
        return path

    return written


# ------------------------------------------------------------------------------------------- which region it is


@pytest.mark.parametrize(
    ("properties", "beside"),
    [
        ({"region": "CN-GD"}, {}),
        ({"adcode": 440000, "level": "province"}, {}),
        ({"name": "广东省", "centre": [113.2, 23.1]}, {}),
        ({"NAME_1": "Guangdong", "COUNTRY": "China"}, {}),
        (None, {"id": "CN-GD"}),
    ],
    ids=["code", "GB/T 2260", "Chinese", "English", "id"],
)
def test_a_region_is_known_by_its_code_or_as_people_spell_it(
    write: Callable[..., Path], properties: dict[str, Any] | None, beside: dict[str, Any]
) -> None:
    assert set(read_outlines(write(area(properties, **beside)), SEEN).rings) == {"CN-GD"}


def test_the_property_that_names_most_regions_counts_and_areas_of_no_region_are_left_out(
    write: Callable[..., Path],
) -> None:
    path = write(
        area({"neighbour": "CN-GD", "code": "CN-GD"}),
        area({"neighbour": "CN-GD", "code": "CN-GX"}),
        area({"neighbour": "CN-GD", "code": "the sea"}),
    )

    assert set(read_outlines(path, SEEN).rings) == {"CN-GD", "CN-GX"}


def test_regions_of_a_code_of_the_lenders_own_need_only_be_in_the_log(write: Callable[..., Path]) -> None:
    assert set(read_outlines(write(area({"branch": "north-7"})), ("north-7", "unknown")).rings) == {"north-7"}


def test_several_areas_of_one_region_are_one_region(write: Callable[..., Path]) -> None:
    found = read_outlines(write(area({"code": "CN-GD"}), area({"code": "CN-GD"}, square(20))), SEEN)

    assert len(found.rings["CN-GD"]) == 2


# ------------------------------------------------------------------------------------------- how it is drawn


def test_neighbours_share_their_border_and_points_on_a_line_go(write: Callable[..., Path]) -> None:
    halfway = [[0, 0], [0, 5], [0, 10], [10, 10], [10, 5.0001], [10, 0], [0, 0]]
    found = read_outlines(write(area({"c": "CN-GD"}, halfway), area({"c": "CN-SH"}, square(10))), SEEN)
    west, east = (set(map(tuple, found.rings[region][0])) for region in ("CN-GD", "CN-SH"))

    assert (len(west), len(east)) == (4, 4)
    assert len(west & east) == 2
    assert (found.width, found.height) == (FINEST, 301)


def test_a_map_lies_on_one_side_of_the_date_line(write: Callable[..., Path]) -> None:
    found = read_outlines(write(area({"c": "CN-GD"}, square(170)), area({"c": "CN-SH"}, square(-180))), SEEN)

    assert found.rings["CN-GD"][0][:, 0].max() == found.rings["CN-SH"][0][:, 0].min()


def test_what_is_smaller_than_a_cell_goes_unless_it_is_all_that_a_region_has(write: Callable[..., Path]) -> None:
    large, tiny = (
        area({"c": "CN-GD"}, square(side=80), square(85, side=0.01)),
        area({"c": "CN-SH"}, square(85, side=0.01)),
    )
    found = read_outlines(write(large, tiny), SEEN)

    assert (len(found.rings["CN-GD"]), len(found.rings["CN-SH"][0])) == (1, 4)


def test_a_map_of_any_detail_becomes_light(write: Callable[..., Path]) -> None:
    turns = np.linspace(0, 2 * np.pi, 40_000)
    wild = np.column_stack([(30 + np.sin(900 * turns)) * np.cos(turns), (30 + np.sin(900 * turns)) * np.sin(turns)])
    found = read_outlines(write(area({"c": "CN-GD"}, wild.tolist())), SEEN)

    assert sum(len(ring) for ring in found.rings["CN-GD"]) <= MOST_POINTS
    assert max(found.width, found.height) < FINEST


# ------------------------------------------------------------------------------------------- what is no map


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("\x00\x01", "is no JSON"),
        ("[1, 2]", "is no FeatureCollection of polygons"),
        ('{"features": "many"}', "is no FeatureCollection of polygons"),
        ('{"features": [null, 7, {"geometry": {"type": "Point", "coordinates": [1, 2]}}]}', "is no FeatureCollection"),
        (json.dumps({"features": [area({"name": "Atlantis"})]}), "such as CN-GD, CN-SH, unknown; its properties: name"),
        (json.dumps({"features": [area({"c": "CN-GD"}, [[400000.0, 2500000.0]] * 4)]}), "no longitude and latitude"),
        (json.dumps({"features": [area({"c": "CN-GD"}, [["a", "b"]] * 4)]}), "no longitude and latitude"),
        (json.dumps({"features": [area({"c": "CN-GD"}, [[10**400, 0]] * 4)]}), "no longitude and latitude"),
        (json.dumps({"features": [area({"c": "CN-GD"}, [[1, 2]])]}), "is no FeatureCollection of polygons"),
        (json.dumps({"features": [area({"c": "CN-GD"})] * 1001}), "has 1001 areas, more than 1000"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": 7}, "properties": {"c": "CN-GD"}}]}', "EPSG"),
    ],
    ids=map(str, range(13)),
)  # fmt: skip
def test_what_is_no_map_is_told_in_one_line(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "regions.geojson"
    path.write_text(content, "utf-8")
    with pytest.raises(UnusableMap) as told:
        read_outlines(path, SEEN)

    assert why in str(told.value)
    assert str(told.value).startswith(str(path))
    assert "\n" not in str(told.value)


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "regions.geojson"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(UnusableMap, match="larger than 20 MB"):
        read_outlines(path, SEEN)


def test_a_folder_of_that_name_is_no_map(tmp_path: Path) -> None:
    (tmp_path / "regions.geojson").mkdir()
    with pytest.raises(UnusableMap, match=r"regions.geojson cannot be read \(Is a directory\)"):
        read_outlines(tmp_path / "regions.geojson", SEEN)


# ------------------------------------------------------------------------------------------- on the screen

MAP = Outlines({region: (np.array([[0, 0], [0, 9], [9, 9], [9, 0]]),) for region in ("CN-GD", "CN-BJ", "CN-SH")}, 9, 9)


def by_region(marks: Marks = EN) -> dict[str, Any]:
    areas = maps.region_map(REGIONS, marks, "refusal_rate", MAP).figure().select_traces({"fill": "toself"})
    return {
        region: area for region, area in zip(sorted(MAP.rings), sorted(areas, key=lambda one: one.text), strict=True)
    }


def test_an_area_says_its_rate_and_a_click_on_it_means_its_region() -> None:
    areas = by_region()

    assert "200 of 1,000 decided" in areas["CN-GD"].text
    assert list(areas["CN-GD"].meta) == ["CN-GD"]
    assert (areas["CN-SH"].text, areas["CN-SH"].meta) == ("<b>CN-SH</b><br>no attempts", None)


def test_the_highest_rate_is_the_deepest_and_what_has_no_area_is_named_below() -> None:
    sketch = maps.region_map(REGIONS, ZH, "refusal_rate", MAP)
    (beside,) = (trace for trace in sketch.data if trace["mode"] == "markers+text")

    assert by_region()["CN-GD"].fillcolor != by_region()["CN-BJ"].fillcolor
    assert [text.strip() for text in beside["text"]] == ["CN-XZ：50.0%", "unknown：40.0%"]
    assert beside["customdata"] == [["CN-XZ"], ["unknown"]]


def test_what_a_filter_leaves_out_is_faint_and_what_it_names_is_framed() -> None:
    marks = replace(
        EN, filtered=frozenset({"region"}), is_chosen=lambda name, value: name != "region" or value == "CN-GD"
    )
    areas = by_region(marks)

    assert (areas["CN-GD"].opacity, areas["CN-BJ"].opacity) == (1.0, 0.28)
    assert areas["CN-GD"].line.width > areas["CN-BJ"].line.width


@pytest.fixture
def screen(publish: Callable[..., Snapshot]) -> Screen:
    log = "outcome|region|at|reasons\nrefused|CN-GD|2026-10-05|U101\napproved|CN-SH|2026-10-05|"
    return Screen(publish(log), Filters(preset="all", compare=None))


def _kinds(screen: Screen, view: Any) -> set[str]:
    (card,) = (card for card in view.cards(screen) if card.by == ("region",) and not card.has_intervals)
    drawn = answer(card, screen).drawn
    assert drawn is not None
    return {trace["type"] for trace in drawn.figure.data}


@pytest.mark.parametrize("view", [overview, regions])
def test_a_map_in_the_home_takes_the_place_of_the_tiles_until_it_is_gone(screen: Screen, home: Path, view: Any) -> None:
    assert "heatmap" in _kinds(screen, view)

    Home(home).outlines.write_text(json.dumps({"features": [area({"c": "CN-GD"})]}), "utf-8")
    with_map = replace(screen, answers={})
    assert _kinds(with_map, view) == {"scatter"}
    assert maps.complaint(with_map) is None

    Home(home).outlines.unlink()
    assert "heatmap" in _kinds(replace(screen, answers={}), view)


@pytest.mark.parametrize("language", Language)
def test_nonsense_is_told_and_the_tiles_stay(screen: Screen, home: Path, language: Language) -> None:
    Home(home).outlines.write_text("nonsense", "utf-8")
    spoken = replace(screen, filters=replace(screen.filters, language=language))
    told = maps.complaint(spoken)

    assert told is not None
    assert told.startswith(
        {"en": "Tiles are drawn instead of your map: regions.geojson is no", "zh": "未采用自备地图"}[language]
    )
    assert "heatmap" in _kinds(spoken, regions)


def test_the_map_narrows_nothing(screen: Screen, home: Path) -> None:
    Home(home).outlines.write_text(json.dumps({"features": [area({"c": "CN-GD"})]}), "utf-8")
    chosen = replace(screen, filters=screen.filters.narrowed("region", Selection(("CN-GD",))))
    (card,) = (card for card in regions.cards(chosen) if card.id == "region_tiles")
    drawn = answer(card, chosen).drawn
    assert drawn is not None

    pd.testing.assert_series_equal(drawn.frame["region"], pd.Series(["CN-GD", "CN-SH"], name="region"))


def test_maps_that_were_replaced_are_let_go() -> None:
    for side in range(1, 9):
        maps.drawn_on(Outlines(MAP.rings, side, side), "refusal_rate")

    assert maps.drawn_on.cache_info().currsize == 4
