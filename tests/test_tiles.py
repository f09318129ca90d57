"""Which grid of tiles is drawn: the country's of most regions in the log, and sorted bars for any other log."""

import pandas as pd
import plotly.graph_objects as go
import pytest
from test_charts import EN, ZH, cell_values

from dashboard import tiles
from etl.catalogue import load_catalogue
from etl.snapshot import UNKNOWN


def _frame(*regions: str) -> pd.DataFrame:
    rows = [(region, 40 + n, 100, (40 + n) / 100) for n, region in enumerate(regions)]
    return pd.DataFrame(rows, columns=["region", "refusals", "decided", "refusal_rate"])


def _codes(country: str) -> list[str]:
    return [region.id for region in load_catalogue().regions_of(country)]


def _is_bars(figure: go.Figure) -> bool:
    return any(trace.type == "bar" for trace in figure.data)


@pytest.mark.parametrize(("country", "one"), [("US", "US-TX"), ("CN", "CN-GD")])
def test_a_log_of_a_country_has_its_grid_whole_though_only_some_regions_occur(country: str, one: str) -> None:
    frame = _frame(one, UNKNOWN)
    where = {place.region: (place.row, place.column) for place in tiles.places(frame)}
    region = load_catalogue().regions[one]
    shown = cell_values(tiles.tile_map(frame, EN, "refusal_rate").figure())

    assert set(where) == {*_codes(country), UNKNOWN}
    assert where[one] == (region.tile_row, region.tile_col)
    assert shown[where[one]] == f"{one[3:]}<br>40.0%"
    assert not _is_bars(tiles.tile_map(frame, ZH, "refusal_rate").figure())


def test_states_keep_their_codes_in_chinese_and_provinces_have_their_short_names() -> None:
    texts = [cell_values(tiles.tile_map(_frame(region), ZH, "refusal_rate").figure()) for region in ("US-TX", "CN-GD")]

    assert "TX<br>40.0%" in texts[0].values()
    assert "广东<br>40.0%" in texts[1].values()


def test_neighbours_on_the_grid_of_the_states_are_neighbours_on_the_map() -> None:
    where = {place.region[3:]: (place.row, place.column) for place in tiles.places(_frame("US-TX"))}

    assert where["WA"][1] == where["OR"][1] == where["CA"][1] == min(column for _, column in where.values())
    assert where["ME"][1] > where["NY"][1] > where["MI"][1] > where["MT"][1]
    assert where["FL"][0] > where["GA"][0] > where["NY"][0] > where["ME"][0]
    assert {where[code][0] for code in ("HI", "PR", "GU", "VI", "MP", "AS")} == {7}


def test_regions_of_no_known_grid_are_bars() -> None:
    assert _is_bars(tiles.tile_map(_frame("DE-BY", "DE-BE"), EN, "refusal_rate").figure())
    assert _is_bars(tiles.tile_map(_frame(UNKNOWN), EN, "refusal_rate").figure())
    assert _is_bars(tiles.tile_map(_frame("CN-GD", *(f"城市{n}" for n in range(13))), EN, "refusal_rate").figure())


def test_a_stranger_stands_below_the_grid_of_most_regions() -> None:
    where = {place.region: place.row for place in tiles.places(_frame("US-TX", "US-CA", "CN-GD", "深圳"))}

    assert set(where) - set(_codes("US")) == {"CN-GD", "深圳"}
    assert where["深圳"] == where["CN-GD"] == 8
