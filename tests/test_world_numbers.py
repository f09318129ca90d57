"""docs/world.md against the world: the numbers that it lists are the ones in the code, and each has a source."""

import ast
import re
from pathlib import Path

import pytest

from synthetic_data import gates, retries
from synthetic_data.demand import DIURNAL, PROMOTIONS, WEEKDAY
from synthetic_data.gates import RULES
from synthetic_data.world import CHANNEL_SHARES, GRAY_SHARES, PAYDAY_SHARES, PERSONAS, POLICIES, PRODUCTS, RELEASES

TEXT = (Path(__file__).parent.parent / "docs" / "world.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")]

NOT_A_CHANCE = {"P302": {"60"}, "U121": {"28", "0.16"}}
"""A load, a share of income and a weight, which stand in the table as they are."""


def series(*values: float) -> str:
    return " · ".join(f"{value:g}" for value in values)


def percent(*shares: float) -> str:
    return series(*(round(100 * share, 6) for share in shares)) + " %"


def row_of(name: str) -> list[str]:
    (row,) = (row for row in ROWS if row[0] == name)
    return row


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda one: one.id)
def test_a_persona_is_as_written(persona) -> None:
    who = [percent(persona.share), str(persona.appetite), f"{persona.standing:.2f}", f"{persona.spread:.2f}"]
    what = [f"{persona.income:,}", *map(percent, (persona.utilisation, persona.thin, persona.low_tier))]

    assert row_of(persona.id) == [persona.id, *who, *what]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda one: one.id)
def test_a_product_is_as_written(product) -> None:
    size = [f"{product.median_amount:,}", f"{product.spread:.2f}", str(product.cut_off), f"{product.line:,}"]

    assert row_of(product.id) == [product.id, *size, str(product.months), percent(*product.shares)]


def test_shares_and_factors_are_as_written() -> None:
    hours = [f"{hour:.1f}" for hour in DIURNAL]
    days = [f"{month:02}-{day:02} {factor:g}" for (month, day), factor in PROMOTIONS.items()]

    assert percent(*CHANNEL_SHARES) == row_of("usual channel app · mini_program · web · partner_api · wallet")[1]
    assert percent(*PAYDAY_SHARES) == row_of("paydays 5 · 10 · 15 · 25")[1]
    assert row_of("gray ring of a release")[1].startswith(percent(*GRAY_SHARES))
    assert f"{len(RELEASES)} releases and {len(POLICIES)} policy versions" in TEXT
    assert " · ".join(hours[:12]) + " %" == row_of("share of the day by hour, 0–11")[1]
    assert " · ".join(hours[12:]) + " %" == row_of("share of the day by hour, 12–23")[1]
    assert " · ".join(f"{factor:.2f}" for factor in WEEKDAY) == row_of("weekdays, Monday to Sunday")[1]
    assert set(days) == set(row_of("promotions, times an ordinary day")[1].split(" · "))


def test_retries_are_as_written() -> None:
    often = (
        f"{percent(retries.AFTER_TECHNICAL)}, times the applicant's propensity, at most {percent(retries.MOST_OFTEN)}"
    )
    soon, later = retries.SOON // 60, retries.LATER // 60
    waits = f"mean {soon} minutes after a technical failure, {later} minutes otherwise"

    assert often == row_of("tries again after a technical failure")[1]
    assert row_of("after the account or policy gate")[1].startswith(percent(retries.AFTER_ACCOUNT_OR_POLICY))
    assert row_of("after behaviour, credit or capacity")[1].startswith(percent(retries.AFTER_OTHERS))
    assert waits in row_of("waits")[1]
    assert row_of("waits")[1].endswith(f"{retries.SOONEST} seconds more, at most {retries.LATEST // 3600} hours")
    assert row_of("retries")[1] == f"at most {retries.MOST_TRIES - 1}"
    assert row_of("amount after a refusal for capacity alone")[1].startswith(f"{retries.LESS_AFTER_CAPACITY} % less")


def rules() -> dict[str, set[str]]:
    """The decimals of each rule in `gates.py`, per cent."""
    tree = ast.parse(Path(gates.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Rule"]
    return {ast.literal_eval(call.args[0]): _decimals(call) for call in calls}


def _decimals(call: ast.Call) -> set[str]:
    found = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return {f"{round(100 * one, 6):g}" for one in found if isinstance(one, float)}


def test_every_reason_is_listed_in_the_order_of_the_waterfall() -> None:
    assert [rule.code for rule in RULES] == [row[0] for row in ROWS if re.fullmatch(r"[PTU]\d{3}", row[0])]


@pytest.mark.parametrize(("code", "chances"), rules().items(), ids=list(rules()))
def test_the_chances_of_a_reason_are_as_written(code: str, chances: set[str]) -> None:
    written = set(re.findall(r"\d+(?:\.\d+)?", row_of(code)[1]))

    assert chances - NOT_A_CHANCE.get(code, set()) <= written


def test_every_number_has_a_source_or_the_word_assumed() -> None:
    sources = {row[0] for row in ROWS if re.fullmatch("[A-J]", row[0])}
    tables = re.findall(r"^\| what \| number \| source \|\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    stated = [line.strip("|").split("|")[-1] for table in tables for line in table.splitlines()]

    assert len(sources) == 10
    assert len(stated) > 30
    assert [text for text in stated if not re.search(r"assumed|follows from the above|\b[A-J]\b", text)] == []
    assert set(re.findall(r"\b[A-J]\b", " ".join(row[-1] for row in ROWS if row[0] not in sources))) <= sources
