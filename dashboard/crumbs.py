"""Breadcrumbs: the way down to what is chosen, all layers › layer › cause › code; each step leads back up to it."""

from dataclasses import dataclass
from html import escape

from dashboard.choices import narrowed, parents
from dashboard.clicks import Change
from dashboard.filters import Filters
from etl.query import Selection
from etl.snapshot import Snapshot
from etl.words import Words

LADDERS = {
    ("layer", "cause", "reason"): Words(en="All layers", zh="全部层面"),
    ("macro_region", "region", "city"): Words(en="All regions", zh="全部地区"),
}
"""From wide to narrow, and what all of it is called."""
WAY = Words(en="Where these filters lead", zh="当前筛选所在位置")


@dataclass(frozen=True)
class Crumb:
    """One step; without a value, all of the ladder."""

    dimension: str
    value: str
    text: str


def trails(filters: Filters, snapshot: Snapshot) -> list[list[Crumb]]:
    """One for each ladder on which exactly one value is chosen."""
    return [trail for ladder in LADDERS if (trail := _trail(ladder, filters, snapshot))]


def _trail(ladder: tuple[str, ...], filters: Filters, snapshot: Snapshot) -> list[Crumb]:
    """Down to the narrowest level with one value; the levels above follow from it, or from their own filters."""
    chosen = {name: value for name in ladder if (value := filters.only(name))}
    if not chosen:
        return []
    steps = dict(chosen)
    for name in reversed(chosen):
        steps = parents(snapshot, name).get(chosen[name], {}) | steps
    steps = {name: steps[name] for name in ladder if name in steps and snapshot.has(name)}
    language = filters.language
    top = Crumb(ladder[0], "", LADDERS[ladder](language))
    return [top, *(Crumb(name, value, snapshot.label(name, value, language)) for name, value in steps.items())]


def on_up(snapshot: Snapshot, dimension: str, value: str) -> Change:
    """Back up to a step: its value is chosen and nothing below it. Without a value, nothing of the ladder is."""
    ladder = next((ladder for ladder in LADDERS if dimension in ladder), ())
    below = ladder[ladder.index(dimension) + 1 :] if value and ladder else ladder
    is_known = bool(ladder) and (not value or value in snapshot.known(dimension))

    def gone_up(filters: Filters) -> Filters:
        for name in below:
            filters = filters.without(name)
        return narrowed(snapshot, filters, dimension, Selection((value,))) if value else filters

    return lambda filters: gone_up(filters) if is_known else filters


def html(filters: Filters, snapshot: Snapshot) -> str:
    """All trails as one element, or nothing; `browser/crumbs.js` hears the clicks."""
    lines = [_line(trail) for trail in trails(filters, snapshot)]
    label = escape(WAY(filters.language))
    return f'<nav class="board-crumbs" aria-label="{label}">{"".join(lines)}</nav>' if lines else ""


def _line(trail: list[Crumb]) -> str:
    *above, last = trail
    steps = map(_button, above)
    here = f'<b aria-current="location">{escape(last.text)}</b>'
    return f"<span>{' › '.join([*steps, here])}</span>"


def _button(step: Crumb) -> str:
    up = f'data-up="{escape(step.dimension)}" data-value="{escape(step.value)}"'
    return f'<button type="button" {up}>{escape(step.text)}</button>'
