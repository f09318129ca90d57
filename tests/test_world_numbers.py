"""docs/world.md against the world: it lists every number of the code and no other one, and each has a source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
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
    return {ast.literal_eval(call.args[0]): _decimals(call) for call in calls()}


@cache
def calls() -> list[ast.Call]:
    tree = ast.parse(Path(gates.__file__).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Rule"]


def _decimals(call: ast.Call) -> set[str]:
    found = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return {f"{round(100 * one, 6):g}" for one in found if isinstance(one, float)}


def test_every_reason_is_listed_in_the_order_of_the_waterfall() -> None:
    assert [rule.code for rule in RULES] == [row[0] for row in ROWS if re.fullmatch(r"[PTU]\d{3}", row[0])]


@pytest.mark.parametrize(("code", "chances"), rules().items(), ids=list(rules()))
def test_the_chances_of_a_reason_are_as_written(code: str, chances: set[str]) -> None:
    written = set(re.findall(r"\d+(?:\.\d+)?", row_of(code)[1]))

    assert chances - NOT_A_CHANCE.get(code, set()) <= written


ON_WHOM = {"U111": {450 + 100 * band for band in range(6)}, "P102": {2}, "U204": {0}}
"""Numbers in the table of reasons that no literal says: the limits of bands, words of the calendar, midnight."""


@pytest.mark.parametrize("code", rules())
def test_no_number_is_written_of_a_reason_that_is_not_in_its_rule(code: str) -> None:
    [call] = [node for node in calls() if ast.literal_eval(node.args[0]) == code]
    named = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    literals = {literal for name in named for literal in literals_of(f"gates.{name}")} | set(numbers_in(call))
    known = {form for literal in literals for form in forms(literal)} | ON_WHOM.get(code, set())
    per_cent, whom = row_of(code)[1:]

    assert {*numbers(per_cent), *numbers(whom)} - known == set()


# ------------------------------------------------------------------------------------------- both directions

CODE = {
    "applicants": "applicants.ATTEMPTS_PER_APPLICANT applicants.FEWEST applicants.MOST",
    "score": "applicants._standing applicants.PROVINCE_SPREAD",
    "monthly re-scoring": "applicants.MONTHLY_SHOCK",
    "limit in use": "applicants._standing",
    "credit history": "applicants._standing",
    "income": "applicants.INCOME_DECK",
    "propensity to try again": "applicants.PROPENSITY_DECK applicants.MOST_PROPENSITY",
    "device of middle or high tier": "applicants.TIER_DECK",
    "systems iOS · Android · HarmonyOS": "applicants.SYSTEM_DECK world.SYSTEM_SHARES",
    "days until a new version is installed": "applicants.LAG_DECK applicants.LONGEST_LAG",
    "paydays 5 · 10 · 15 · 25": "world.PAYDAY_SHARES",
    "provinces": "places.POPULATION_POWER places.REACH_OUTSIDE",
    "the day begins later": "places.HOURS_BEHIND",
    "amounts": "attempts.USUAL_INCOME attempts.AMOUNT_STEP world.SMALLEST_AMOUNT world.LARGEST_AMOUNT",
    "usual channel app · mini_program · web · partner_api · wallet": "world.CHANNEL_SHARES",
    "another way in than the usual one": "attempts.OTHER_CHANNEL",
    "partners a · b · c · d · e": "world.PARTNER_SHARES",
    "gray ring of a release": "world.GRAY_SHARES world.GRAY_STAGE",
    "share of the day by hour, 0–11": "demand.MORNING",
    "share of the day by hour, 12–23": "demand.AFTERNOON",
    "weekdays, Monday to Sunday": "demand.WEEKDAY",
    "growth": "demand.YEARLY_GROWTH",
    "promotions, times an ordinary day": "demand.PROMOTIONS",
    "hours of 11-11 and 06-18": "demand.MIDNIGHT_WALL demand.EVENING_PEAK demand.hour_shape",
    "National Day, 1 to 7 October": "demand.calendar_factor",
    "Spring Festival": "demand._spring_festival",
    "payday": "demand.BEFORE_PAYDAY demand.ON_PAYDAY demand.DAYS_SHORT_OF_MONEY",
    "what varies by chance": "demand.FANO demand.DAY_NOISE demand.PROVINCE_NOISE",
    "capacity": "demand.load_by_hour",
    "tries again after a technical failure": "retries.AFTER_TECHNICAL retries.MOST_OFTEN",
    "after the account or policy gate": "retries.AFTER_ACCOUNT_OR_POLICY",
    "after behaviour, credit or capacity": "retries.AFTER_OTHERS",
    "waits": "retries.SOONEST retries.SOON retries.LATER retries.LATEST",
    "retries": "retries.MOST_TRIES",
    "retries allowed for": "retries.RETRIES_PER_EPISODE",
    "amount after a refusal for capacity alone": "retries.LESS_AFTER_CAPACITY",
    "withdrawn before the decision": "decisions.WITHDRAWN_SHARE",
    "not decided yet": "decisions.PENDING_SHARES",
    "without amount · region · reason (of refusals)": "log.MISSING_AMOUNT log.MISSING_REGION log.UNSPECIFIED",
    "codes that nobody knows, of refusals": "log.UNKNOWN_CODES",
    "decided after": "log.LATENCY_DECK log.SLOW",
    "looked at by a person": "log.REVIEWED log.REVIEW_DECK",
    "written after": "log._notes",
}
"""What each row of the tables of numbers is written from; rows without a number are not here."""

DERIVED = {
    "amount after a refusal for capacity alone": {100},
    "credit history": {0, 0.5, 5, 199},
    "hours of 11-11 and 06-18": {21},
    "retries": {3},
    "retries allowed for": {0.049, 0.046, 0.2, 0.7},
    "releases and policy versions": {15, 7},
}
"""What the code says by other numbers: the last one before an end, the rest of a division, a count, a measurement."""

UNWRITTEN = {
    "applicants._standing": {200, 4, 10, 100},
    "demand.hour_shape": {22},
    "demand.calendar_factor": {10, 8},
    "retries.MOST_TRIES": {4},
    "log.SLOW": {12_000, 15_000},
    "log._notes": {1_000, 60_000_000},
}
"""Literals that the rows tell in other words, or that only change a unit."""

TECHNICAL = {
    *("applicants.LOTS", "applicants.HEX_PAIRS", "applicants.TAKEN_OVER", "attempts.MICROS_OF_AN_HOUR"),
    *("demand.GUIDES", "demand.SPRING_FESTIVALS", "retries.ROUNDS", "world.PAYDAYS", "world.BUSINESS_ZONE"),
    *("world.PERSONAS", "world.PRODUCTS", "world.RELEASES", "world.POLICIES", "world.PARTNER_D"),
    *("world.CALENDAR", "world.RELEASE_RHYTHM", "world.MAJOR_SINCE"),
}
"""Constants that are not calibrated, or stand in the tables of personas, products and releases."""

UNITS = {0, 1, 2, 60, 3_600}
WORDS = {"half": "0.5", "quarter": "0.25", "five": "5", "hundreds": "100"}


def numbers(text: str) -> set[float]:
    for word, number in WORDS.items():
        text = re.sub(rf"\b{word}\b", number, text)
    found = re.findall(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?", re.sub(r"(\d)[–-](\d)", r"\1 \2", text))
    return {float(number.replace(",", "")) for number in found}


def forms(literal: float) -> set[float]:
    """As it is, per cent, in thousands, minutes, hours or millions."""
    return {round(literal * 100, 6), *(round(literal / unit, 6) for unit in (1, 1_000, 60, 3_600, 1_000_000))}


def numbers_in(node: ast.AST) -> Iterator[float]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and type(one.value) in (int, float):
            yield one.value


@cache
def _definitions(module: str) -> dict[str, ast.AST]:
    """What stands behind each name of a module: the value of a constant, or a whole function."""
    path = Path(gates.__file__).with_name(f"{module}.py")
    found: dict[str, ast.AST] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        for target in node.targets if isinstance(node, ast.Assign) else []:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
    return found


def literals_of(name: str) -> set[float]:
    module, name = name.split(".")
    return set(numbers_in(_definitions(module)[name])) if name in _definitions(module) else set()


@pytest.mark.parametrize("row", CODE)
def test_no_number_is_written_that_is_not_in_the_code(row: str) -> None:
    known = {form for name in CODE[row].split() for literal in literals_of(name) for form in forms(literal)}

    assert numbers(row_of(row)[1]) - known - DERIVED.get(row, set()) - {0, 1} == set()


@pytest.mark.parametrize("name", sorted({name for names in CODE.values() for name in names.split()}))
def test_no_number_of_the_code_is_left_out(name: str) -> None:
    written = {number for row, names in CODE.items() if name in names.split() for number in numbers(row_of(row)[1])}
    missing = {literal for literal in literals_of(name) - UNITS if not forms(literal) & written}

    assert missing == UNWRITTEN.get(name, set())


def test_every_row_with_a_number_and_every_constant_has_its_place() -> None:
    tables = re.findall(r"^\| what \| number \| source \|\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for table in tables for line in table.splitlines()]
    modules = ("applicants", "attempts", "demand", "retries", "decisions", "log", "places", "world")
    constants = {
        f"{module}.{name}" for module in modules for name in _definitions(module) if re.fullmatch("[A-Z_]+", name)
    }

    assert {row[0] for row in rows if numbers(row[1])} <= CODE.keys() | DERIVED.keys()
    assert {one for one in constants if literals_of(one) - UNITS} - TECHNICAL <= set(" ".join(CODE.values()).split())


def test_every_number_has_a_source_or_the_word_assumed() -> None:
    sources = {row[0] for row in ROWS if re.fullmatch("[A-J]", row[0])}
    tables = re.findall(r"^\| what \| number \| source \|\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    stated = [line.strip("|").split("|")[-1] for table in tables for line in table.splitlines()]

    assert len(sources) == 10
    assert len(stated) > 30
    assert [text for text in stated if not re.search(r"assumed|follows from the above|\b[A-J]\b", text)] == []
    assert set(re.findall(r"\b[A-J]\b", " ".join(row[-1] for row in ROWS if row[0] not in sources))) <= sources
