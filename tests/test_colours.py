"""Colours: the same meaning everywhere, told apart and readable on light and dark pages."""

import pandas as pd
import pytest

from dashboard import colours, shades
from etl.catalogue import load_catalogue

LAYERS = list(load_catalogue().layers)


def test_colours_are_constant_per_layer_and_differ_between_causes() -> None:
    assert len(set(colours.LAYERS.values())) == len(LAYERS)
    for layer in LAYERS:
        shades = [colours.of_cause(cause.id) for cause in load_catalogue().causes_of(layer)]
        assert len(set(shades)) == len(shades)
    assert colours.of_cause("never heard of") == colours.of_cause("unmapped")


def test_a_tiny_region_does_not_set_the_end_of_the_scale() -> None:
    frame = pd.DataFrame({"refusals": [30, 300, 45], "decided": [1000, 1000, 50], "refusal_rate": [0.03, 0.3, 0.9]})
    assert shades.scale_of(frame.assign(decided=[1000, 1000, 40]), "refusal_rate").high == 0.3
    assert shades.scale_of(frame.assign(decided=[1000, 1000, 1000]), "refusal_rate").high == 0.9


@pytest.mark.parametrize("is_dark", [False, True])
def test_every_text_on_a_cell_can_be_read(is_dark: bool) -> None:
    for deepest in (None, *colours.LAYERS.values()):
        ramp = colours.ramp(is_dark, deepest)
        pale, deep = str(ramp[0][1]), str(ramp[-1][1])
        for step in range(101):
            ground = colours.mixed(pale, deep, step / 100)
            ink = colours.ink(deep if step / 100 >= colours.turn(ramp) else pale)
            assert colours.contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("ground", ["#fdfcf9", "#16171a"])
def test_layers_stand_out_on_light_and_dark_pages(ground: str) -> None:
    assert all(colours.contrast(colour, ground) >= 3 for colour in colours.LAYERS.values())
