"""Which values a filter offers, and which lie below which: layer → cause → reason, macro-region → region → city."""

from dataclasses import replace
from functools import lru_cache

from dashboard.filters import Filters
from etl.catalogue import load_catalogue
from etl.query import Selection
from etl.snapshot import UNKNOWN, Snapshot

BELOW = {
    "macro_region": ("region", "city"),
    "region": ("city",),
    "layer": ("cause", "reason"),
    "cause": ("reason",),
}
CLOCK = {"hour": tuple(map(str, range(24))), "weekday": tuple(map(str, range(1, 8)))}
"""Every hour and every weekday, Monday first."""
_ABOVE = {"cause": ("layer",), "reason": ("layer", "cause")}
_HAS_PARENTS = {"region", *_ABOVE}


def options(snapshot: Snapshot, filters: Filters, dimension: str) -> list[str]:
    """The values that occur, in the catalogue's order if it has one, under what is chosen above; time by the clock."""
    if dimension in CLOCK:
        return list(CLOCK[dimension])
    values, order, above = snapshot.values(dimension), _order(dimension), parents(snapshot, dimension)
    if order:
        values = sorted(values, key=lambda value: order.get(value, len(order)))
    return [value for value in values if _passes(filters, above.get(value, {}))]


def narrowed(snapshot: Snapshot, filters: Filters, dimension: str, selection: Selection) -> Filters:
    """The filters with another selection, and without the choices below it that it leaves behind."""
    narrower = filters.narrowed(dimension, selection)
    if narrower == filters:
        return filters
    for below in BELOW.get(dimension, ()):
        narrower = _without_strays(snapshot, narrower, below)
    return narrower


def toggled(snapshot: Snapshot, filters: Filters, dimension: str, value: str) -> Filters:
    """After a click on a mark, as `Filters.toggled`, and without the choices below that it leaves behind."""
    selection = filters.toggled(dimension, value).selection(dimension) or Selection(())
    return narrowed(snapshot, filters, dimension, selection)


def _without_strays(snapshot: Snapshot, filters: Filters, dimension: str) -> Filters:
    """A dimension whose parents nobody lists, as cities, goes whole: any of its values may lie elsewhere."""
    if dimension not in _HAS_PARENTS:
        return filters.without(dimension)
    chosen = filters.selection(dimension)
    if chosen is None or chosen.is_except:
        return filters
    above = parents(snapshot, dimension)
    kept = tuple(value for value in chosen.values if _passes(filters, above.get(value, {})))
    return filters.narrowed(dimension, replace(chosen, values=kept))


@lru_cache(maxsize=16)
def parents(snapshot: Snapshot, dimension: str) -> dict[str, dict[str, str]]:
    """For each value of a dimension, the values above it. Shared: not to be changed."""
    if dimension == "region":
        regions = load_catalogue().regions
        known = {value: regions[value].parent for value in snapshot.values("region") if value in regions}
        return {value: {"macro_region": known.get(value, UNKNOWN)} for value in snapshot.values("region")}
    if dimension not in _ABOVE:
        return {}
    reasons = snapshot.reasons().drop_duplicates(dimension).to_dict("records")
    return {row[dimension]: {name: row[name] for name in _ABOVE[dimension]} for row in reasons}


def _passes(filters: Filters, above: dict[str, str]) -> bool:
    return all(filters.selects(dimension, value) for dimension, value in above.items())


def _order(dimension: str) -> dict[str, int]:
    catalogue = load_catalogue()
    listed = {"layer": catalogue.layers, "cause": catalogue.causes, "macro_region": catalogue.macro_regions}
    return {name: place for place, name in enumerate(listed.get(dimension, {}))}
