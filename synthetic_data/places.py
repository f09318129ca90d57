"""Where applicants live: the provinces of the catalogue, and cities that belong to them."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from etl.catalogue import load_catalogue
from synthetic_data.decks import Array, Deck

CITIES = Path(__file__).with_name("cities.csv")

POPULATION_POWER = 0.85
"""Large provinces borrow a little less per head."""

OUTSIDE_THE_MAINLAND = ("CN-TW", "CN-HK", "CN-MO")
REACH_OUTSIDE = 0.25
"""A mainland lender reaches fewer people there."""

HOURS_BEHIND = {"CN-XJ": 2, "CN-XZ": 1}
"""One clock for the whole country: in the far west the day starts later on it."""


@dataclass(frozen=True)
class Places:
    """Provinces in the order of the catalogue; `city_region` gives the province of each city."""

    regions: tuple[str, ...]
    weights: Array
    cities: tuple[str, ...]
    city_region: Array
    city_deck: Deck
    first_city: Array
    hours_behind: Array

    def number(self, region: str) -> int:
        return self.regions.index(region)


@cache
def load_places() -> Places:
    """The 34 provinces and their cities."""
    provinces = load_catalogue().regions_of("CN")
    regions = tuple(province.id for province in provinces)
    rows = sorted(_city_rows(), key=lambda row: regions.index(row["region"]))
    city_region = np.array([regions.index(row["region"]) for row in rows])
    shares = [[float(row["share"]) for row in rows if row["region"] == region] for region in regions]
    return Places(
        regions=regions,
        weights=np.array([_weight(province.id, province.population or 0) for province in provinces]),
        cities=tuple(row["city"] for row in rows),
        city_region=city_region,
        city_deck=Deck.of_shares(*shares),
        first_city=np.searchsorted(city_region, np.arange(len(regions))),
        hours_behind=np.array([HOURS_BEHIND.get(region, 0) for region in regions]),
    )


def _city_rows() -> list[dict[str, str]]:
    with CITIES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _weight(region: str, population: int) -> float:
    reach = REACH_OUTSIDE if region in OUTSIDE_THE_MAINLAND else 1.0
    return float(reach * population**POPULATION_POWER)
