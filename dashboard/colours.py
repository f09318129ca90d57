"""Colours that mean the same everywhere: one per layer, shades of it per cause, ramps for magnitudes.

The four layer colours are of the Okabe-Ito set: told apart by colour-blind readers, and on light and dark ground.
"""

from collections.abc import Sequence
from functools import cache, lru_cache

from etl.catalogue import UNMAPPED, load_catalogue

LAYERS = {"user": "#0072B2", "platform": "#D55E00", "technical": "#009E73", "unknown": "#8A8A8A"}
_ENDS = {
    "user": ("#00619B", "#8EC3E6"),
    "platform": ("#C04F00", "#F3A96B"),
    "technical": ("#008560", "#7BD3B5"),
    "unknown": ("#757575", "#B9B9B9"),
}
OTHERS = "#A5A09A"
"""Of "All others", which belong to no one layer."""
MUTED = "#9A958D"
"""Of events, of numbers too small to judge, of what is not chosen."""
ACCENT = "#8E4585"
"""Of magnitudes that belong to no layer: a rate per region."""
_GROUNDS = {False: "#EFEBE3", True: "#2B2E35"}
_DEEPEST = {False: "#6E2A66", True: "#E3A5D8"}
_PALE_GREY = {False: "#E4E1DA", True: "#34373D"}

Ramp = list[list[float | str]]


def of_layer(layer: str) -> str:
    return LAYERS.get(layer, LAYERS["unknown"])


@cache
def of_causes() -> dict[str, str]:
    """Each cause in a shade of its layer; neighbours in the catalogue lie far apart on the shades."""
    catalogue = load_catalogue()
    return {
        cause.id: shade
        for layer in catalogue.layers
        for cause, shade in zip(catalogue.causes_of(layer), shades(layer, len(catalogue.causes_of(layer))), strict=True)
    }


def of_cause(cause: str) -> str:
    return of_causes().get(cause, of_causes()[UNMAPPED])


def shades(layer: str, n: int) -> list[str]:
    """`n` different shades, dark and light in turn."""
    dark, light = _ENDS.get(layer, _ENDS["unknown"])
    if n == 1:
        return [of_layer(layer)]
    ramp = [mixed(dark, light, place) for place in _evenly(n)]
    half = (n + 1) // 2
    return [ramp[index // 2 + (half if index % 2 else 0)] for index in range(n)]


def ramp(is_dark: bool, deepest: str | None = None) -> Ramp:
    """From the ground of the page to the deepest colour: more stands out more, on light and dark ground alike."""
    ground, deep = _GROUNDS[is_dark], deepest or _DEEPEST[is_dark]
    return [[0.0, ground], [0.5, mixed(ground, deep, 0.5)], [1.0, deep]]


def grey(is_dark: bool) -> Ramp:
    """One flat tone, for numbers that are too small to be coloured."""
    return [[0.0, _PALE_GREY[is_dark]], [1.0, _PALE_GREY[is_dark]]]


def ground(is_dark: bool) -> str:
    """The palest colour of a ramp, which borders between areas have."""
    return _GROUNDS[is_dark]


def outline(is_dark: bool) -> str:
    return "#F4F1EA" if is_dark else "#1B1A17"


def ink(ground: str) -> str:
    """The text colour that stands out more on `ground`."""
    return max(("#000000", "#FFFFFF"), key=lambda text: contrast(text, ground))


def contrast(first: str, second: str) -> float:
    """From 1 to 21, as WCAG 2.2 defines it."""
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [channel / 255 for channel in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def turn(ramp: Ramp) -> float:
    """From which place on a ramp another ink is needed than on its palest colour; past 1 if nowhere."""
    return _turn(str(ramp[0][1]), str(ramp[-1][1]))


@lru_cache(maxsize=64)
def _turn(pale: str, deep: str, steps: int = 400) -> float:
    places = [step / steps for step in range(steps + 1)]
    return next((place for place in places if ink(mixed(pale, deep, place)) != ink(pale)), 1.1)


def before(is_dark: bool) -> str:
    """Of what was, drawn over what is."""
    return "#F4F1EA" if is_dark else "#2B2924"


def mixed(first: str, second: str, place: float) -> str:
    """The colour at `place` between two, 0 the first and 1 the second."""
    channels = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * place):02X}" for a, b in channels)


def _channels(colour: str) -> Sequence[int]:
    return bytes.fromhex(colour.removeprefix("#"))


def _evenly(n: int) -> list[float]:
    return [index / (n - 1) for index in range(n)]
