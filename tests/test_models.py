"""The SQL models: one select each, in the part of the language that sqlglot carries over to Spark unharmed."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from etl.catalogue.dimensions import DIMENSIONS
from etl.rollups import BESIDE, CHECKS, COUNTED, MEMBERS, OF_MANY, ROLLUPS

MODELS = Path(__file__).parent.parent / "etl" / "models"
ALL = sorted(MODELS.rglob("*.sql"))
ON_SPARK_TOO = [path for path in ALL if path.parent.name in ("intake", "rollups", "snapshot", "checks")]
"""What makes and checks a snapshot; `reading` only ever runs on the published DuckDB file."""

SILENTLY_WRONG = {
    r"\bisodow\b": "translates to another numbering of weekdays",
    r"\blen\(": "the length of a list becomes that of a text",
    r"\btimezone\(": "has no counterpart; write `at time zone`",
    r"\[\d+\]": "an element of an empty list is null here and an error there",
}


def _name(path: Path) -> str:
    return path.relative_to(MODELS).as_posix()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_a_model_is_one_select_that_says_what_a_row_is(path: Path) -> None:
    statements = sqlglot.parse(_text(path), read="duckdb")

    assert re.match(r"-- one row(: | per )\S", _text(path))
    assert len(statements) == 1
    assert isinstance(statements[0], exp.Select | exp.SetOperation)


@pytest.mark.parametrize("path", ON_SPARK_TOO, ids=_name)
def test_a_model_translates_to_spark_without_leftovers(path: Path) -> None:
    [spark] = sqlglot.transpile(_text(path), read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
    understood = sqlglot.parse_one(spark, read="spark", error_level=ErrorLevel.RAISE)

    assert {function.name for function in understood.find_all(exp.Anonymous)} == set()


@pytest.mark.parametrize("path", ON_SPARK_TOO, ids=_name)
def test_a_model_keeps_clear_of_what_translates_silently_wrong(path: Path) -> None:
    code = re.sub(r"--[^\n]*", "", _text(path))

    assert {trap: why for trap, why in SILENTLY_WRONG.items() if re.search(trap, code)} == {}


def test_every_rollup_and_check_has_its_model() -> None:
    assert {*ROLLUPS, *BESIDE, COUNTED, MEMBERS} == {path.stem for path in (MODELS / "rollups").glob("*.sql")}
    assert set(CHECKS) == {path.stem for path in (MODELS / "checks").glob("*.sql")}


def test_a_rollup_is_summed_from_one_made_before_it() -> None:
    sources = {name: re.findall(r"^from (\w+)$", _text(MODELS / "rollups" / f"{name}.sql"), re.M) for name in ROLLUPS}

    assert [
        name for i, name in enumerate(ROLLUPS) if not set(sources[name]) <= {COUNTED, *set(ROLLUPS[:i]) - {*OF_MANY}}
    ] == []


def test_a_rollup_has_the_measures_of_every_other_and_nothing_but_dimensions_beside() -> None:
    measures = {"attempts", "amount_cents", "amounts_known"}
    for name in ROLLUPS:
        columns = {
            column.alias_or_name for column in sqlglot.parse_one(_text(MODELS / "rollups" / f"{name}.sql")).selects
        }
        assert measures | {"day", "stage", "currency", "outcome", "reason_codes"} <= columns
        assert columns - measures - {"reason_codes"} <= set(DIMENSIONS)
