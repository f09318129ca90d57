"""Rules of a profile that have the wrong type or make no sense together: each is one line that names file and key."""

from pathlib import Path

import pytest

from etl.errors import InvalidValue
from etl.profile import load_profile

HEAD = """
profile = "odd"
en = "Odd"
zh = "怪"
columns.attempt_id.row_position = true
columns.attempted_at.column = "at"
columns.outcome.constant = "refused"
"""

ODD = {
    "a column that is a number": ("columns.region.column = 5", "columns.region: column must be a text"),
    "columns that are one text": ('columns.region.columns = "r"', "columns.region: columns must be a list of texts"),
    "no columns": ("columns.region.columns = []", "columns.region: needs exactly one of: column, columns, constant"),
    "column beside columns": (
        'columns.region = { column = "r", columns = ["s"] }',
        "columns.region: column and columns cannot be combined",
    ),
    "column beside constant": (
        'columns.region = { column = "r", constant = "x" }',
        "columns.region: needs exactly one",
    ),
    "a constant that is a number": ("columns.region.constant = 5", "columns.region: constant must be a text"),
    "a position that is a text": ('columns.region.row_position = "no"', "columns.region: row_position must be true or"),
    "a prefix that is a number": (
        'columns.region = { column = "r", prefix = 5 }',
        "columns.region: prefix must be a text",
    ),
    "a prefix of a constant": (
        'columns.region = { constant = "r", prefix = "x" }',
        "columns.region: prefix needs a column of the file",
    ),
    "values that are a text": (
        'columns.region = { column = "r", values = "x" }',
        "columns.region.values: must be a table",
    ),
    "a value that is a number": (
        'columns.region = { column = "r", values = { GD = 5 } }',
        "columns.region.values: 'GD' must be a text",
    ),
    "a value that never matches": (
        'columns.region = { column = "r", values = { " GD" = "CN-GD" } }',
        "columns.region.values: ' GD' is blank or has spaces around it",
    ),
    "no values": ('columns.region = { column = "r", values = {} }', "columns.region.values: must name at least one"),
    "values beside a prefix": (
        'columns.region = { column = "r", prefix = "CN-", values = { a = "b" } }',
        "columns.region: values and prefix cannot be combined",
    ),
    "several columns of a region": (
        'columns.region.columns = ["r", "s"]',
        "columns.region: only reason_codes, attempt_id, attempted_at, decided_at and updated_at can have several",
    ),
    "values of several columns": (
        'columns.decided_at = { columns = ["r", "s"], values = { a = "b" } }',
        "columns.decided_at: values needs a single column",
    ),
    "a scheme that is a number": (
        'columns.reason_codes = { column = "r", scheme = 5 }',
        "columns.reason_codes: scheme must be a text",
    ),
    "a scheme that is a list": (
        'columns.reason_codes = { column = "r", scheme = ["hmda"] }',
        "columns.reason_codes: scheme must be a text",
    ),
    "a unit that is a text": (
        'columns.amount_requested = { column = "a", unit = "x" }',
        "columns.amount_requested: unknown unit 'x'; known: cents, thousands, 万, 亿",
    ),
    "a negative unit": (
        'columns.amount_requested = { column = "a", unit = -1 }',
        "columns.amount_requested: unit must be",
    ),
    "a unit of nothing": (
        'columns.amount_requested = { column = "a", unit = 0 }',
        "columns.amount_requested: unit must be",
    ),
    "an endless unit": (
        'columns.amount_requested = { column = "a", unit = inf }',
        "columns.amount_requested: unit must be",
    ),
    "a unit too large": (
        'columns.amount_requested = { column = "a", unit = 1000000000 }',
        "columns.amount_requested: unit must be below 1,000,000,000 and have at most 6 decimals",
    ),
    "a unit too fine": (
        'columns.amount_requested = { column = "a", unit = 1e-30 }',
        "columns.amount_requested: unit must be below 1,000,000,000 and have at most 6 decimals",
    ),
    "a unit of a score": (
        'columns.score = { column = "a", unit = 10 }',
        "columns.score: only amount_requested can have",
    ),
    "words in one language": ('words.product.A.en = "x"', "words.product.A: zh must be a text"),
    "words that are a text": ('words.product.A = "x"', "words.product.A: must be a table"),
    "words of no dimension": (
        'words.prodcut.A = { en = "x", zh = "y" }',
        "words: unknown dimension 'prodcut'; did you mean product",
    ),
}


@pytest.mark.parametrize(("more", "message"), ODD.values(), ids=ODD.keys())
def test_a_rule_of_the_wrong_type_is_one_line(tmp_path: Path, more: str, message: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(HEAD + more, encoding="utf-8")
    with pytest.raises(InvalidValue) as caught:
        load_profile(str(path))

    assert str(caught.value).startswith(f"odd.toml line 8: {message}")
    assert "\n" not in str(caught.value)
