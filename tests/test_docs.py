"""The README against the code: its commands exist, its tables are the catalogue's, its files are there."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from etl.__main__ import app
from etl.catalogue import Layer, load_catalogue
from etl.catalogue.dimensions import DIMENSIONS, Scope
from etl.catalogue.metrics import METRICS, Metric

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))

COMMANDS = sorted(set(re.findall(r"python -m ((?:etl|dashboard|synthetic_data)\b[^`#\n]*[^`#\s])", README)))
MADE = sorted(set(re.findall(r"\$\(RUN\) -m ((?:etl|dashboard|synthetic_data)[^\n]*)", MAKEFILE)))
NARROWS = {Scope.ATTEMPT: "attempts", Scope.REFUSAL: "refusals only: leaves the denominator alone"}


@cache
def _help(*words: str) -> str:
    """What the command says about itself."""
    plain = os.environ | {"COLUMNS": "240", "NO_COLOR": "1", "TERM": "dumb"}
    asked = [sys.executable, "-m", *words, "--help"]
    done = subprocess.run(asked, cwd=ROOT, env=plain, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout


def _has_table_row(row: str) -> None:
    assert row in README.splitlines(), f"README.md lacks this row:\n{row}"


@pytest.mark.parametrize("command", [*COMMANDS, *MADE])
def test_a_command_exists_with_its_flags(command: str) -> None:
    room, *rest = shlex.split(command)
    verb = rest[:1] if room == "etl" else []
    flags = [word for word in rest if word.startswith("--") and word != "--help"]

    about = _help(room, *verb)

    assert [flag for flag in flags if not re.search(rf"{flag}(?![\w-])", about)] == []


def test_the_readme_shows_every_room_and_every_verb() -> None:
    shown = {tuple(command.split()[: 2 if command.startswith("etl") else 1]) for command in COMMANDS}
    verbs = {("etl", command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands}

    assert {("dashboard",), ("synthetic_data",)} | verbs == shown


def test_the_names_in_an_example_are_known() -> None:
    for names in re.findall(r"summary --by ([\w,]+)", README):
        assert set(names.split(",")) <= set(DIMENSIONS)
    for profile in re.findall(r"--profile (\w+)(?![\w.])", README):
        assert (ROOT / "etl" / "profiles" / f"{profile}.toml").is_file()
    for region in re.findall(r"region=([A-Z-]+)", README):
        assert region in load_catalogue().regions


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (\w+)|`make (\w+)", README, re.MULTILINE))))
def test_a_make_target_exists(target: tuple[str, str]) -> None:
    assert set(filter(None, target)) <= TARGETS


def test_make_alone_lists_every_target() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert {line.split()[1] for line in listed.splitlines() if line.startswith("  make ")} == TARGETS


def test_every_target_is_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)

    assert phony
    assert set(phony.group(1).split()) == TARGETS


@pytest.mark.parametrize("layer", load_catalogue().layers.values(), ids=lambda layer: layer.id)
def test_the_table_of_layers_is_the_catalogue(layer: Layer) -> None:
    causes = " · ".join(f"{cause.id} {cause.words.zh}" for cause in load_catalogue().causes_of(layer.id))

    _has_table_row(f"| {layer.id} | {layer.words.zh} | {causes} |")


@pytest.mark.parametrize("scope", Scope)
def test_the_table_of_dimensions_is_the_catalogue(scope: Scope) -> None:
    names = [dimension.id for dimension in DIMENSIONS.values() if dimension.scope is scope]

    _has_table_row(f"| {NARROWS[scope]} | {' · '.join(names)} |")


def test_the_table_of_numbers_is_the_catalogue() -> None:
    def described(metric: Metric) -> str:
        formula = f" = {metric.numerator} ÷ {metric.denominator}" if metric.denominator else ""
        return f"{metric.id} {metric.words.zh}{formula}"

    for name, is_rate in (("sums", False), ("rates", True)):
        metrics = [described(metric) for metric in METRICS.values() if bool(metric.denominator) is is_rate]
        _has_table_row(f"| {name} | {' · '.join(metrics)} |")


def test_the_readme_names_only_files_that_exist() -> None:
    quoted = set(re.findall(r"`([\w./-]+/[\w.-]*|[\w./-]+\.(?:py|toml|csv|sql|md))`", README))
    linked = set(re.findall(r"\]\(([\w./-]+)\)", README))

    assert [name for name in sorted(quoted | linked) if not (ROOT / name).exists()] == []


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= 150


def test_a_decision_is_numbered_and_half_a_page() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert decisions
    assert len({path.name[:3] for path in decisions}) == len(decisions)
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert re.fullmatch(r"\d{3}-[a-z0-9-]+\.md", path.name), path.name
        assert text.startswith(f"# {path.name[:3]} · "), path.name
        assert len(text.splitlines()) <= 45, path.name
