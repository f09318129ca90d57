"""Mapping profiles: a foreign file becomes rows of the contract, and a mistake in a profile is one line."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from etl.errors import InvalidValue, RefusalLensError
from etl.home import Home
from etl.pipeline import add_files
from etl.profile import ColumnRule, load_profile, merged_words
from etl.query import Attribution, Question, ask
from etl.snapshot import Snapshot, open_snapshot

Shows = Callable[[pd.DataFrame, str], None]

PROFILE = """
profile = "mine"
en = "My log"
zh = "我的日志"
delimiter = ";"

[columns.attempt_id]
row_position = true

[columns.attempted_at]
column = "when"

[columns.outcome]
column = "result"
values = { yes = "approved", no = "refused" }

[columns.region]
column = "province"
prefix = "CN-"

[columns.product]
constant = "loan"

[columns.amount_requested]
column = "wan"
unit = 10000

[columns.reason_codes]
columns = ["why1", "why2"]
scheme = "hmda"

[words.product.loan]
en = "Loan"
zh = "贷款"
"""
FILE = """when;result;province;wan;why1;why2
2026-10-05;yes;GD;1.5;;
2026-10-05;no;GD;2;Collateral;3
2026-10-06; no ;;;;Other
2026-10-06;no;SH;0.5;Bad luck;
2026-10-06;no;SH;0.5;Bad luck;
2026-10-06;perhaps;SH;1;;
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def _load(home: Path, file: Path, profile: str | Path) -> Snapshot:
    add_files(Home(home), [file], load_profile(str(profile)), lambda *_: None)
    return open_snapshot(home)


def test_a_foreign_file_becomes_rows_of_the_contract(home: Path, file: Path, profile: Path, shows: Shows) -> None:
    snapshot = _load(home, file, profile)

    shows(
        ask(snapshot, Question(("rows", "refusals", "amount_requested"), ("region", "product"))),
        """
        region  | product | rows | refusals | amount_requested
        CN-GD   | loan    | 2    | 1        | 35000
        CN-SH   | loan    | 2    | 2        | 10000
        unknown | loan    | 1    | 1        | –
        """,
    )
    shows(
        ask(snapshot, Question(("refusals",), ("cause", "reason"), attribution=Attribution.ANY)),
        """
        cause        | reason        | refusals
        collateral   | hmda:4        | 1
        credit_score | hmda:3        | 1
        other        | hmda:9        | 1
        unmapped     | hmda:Bad luck | 2
        unspecified  | unspecified   | 1
        """,
    )
    assert snapshot.label("product", "loan", "zh") == "贷款"


def test_a_value_that_no_profile_translates_is_kept_out(home: Path, file: Path, profile: Path) -> None:
    rows = _load(home, file, profile).reconciliation()

    assert (rows.rows_read, rows.loaded, rows.duplicates, rows.quarantined) == (6, 5, 0, 1)


def test_a_row_is_known_by_its_position_in_the_content_of_its_file(home: Path, file: Path, profile: Path) -> None:
    _load(home, file, profile)
    again = file.rename(file.with_name("renamed.csv"))
    assert _load(home, again, profile).reconciliation().loaded == 5

    again.write_text(FILE + "2026-10-07;yes;GD;1;;\n", encoding="utf-8")
    assert _load(home, again, profile).reconciliation().loaded == 5 + 6


MISTAKES = {
    "column of the file": (
        'column = "province"',
        'column = "provinz"',
        "unknown column (profile mine.toml line 17: columns.region, file theirs.csv) 'provinz'; did you mean province",
    ),
    "column of the contract": (
        "[columns.region]",
        "[columns.regoin]",
        "mine.toml line 17: columns.regoin: unknown contract column 'regoin'; did you mean region",
    ),
    "scheme": (
        'scheme = "hmda"',
        'scheme = "hdma"',
        "mine.toml line 30: columns.reason_codes: unknown scheme 'hdma'; did you mean hmda",
    ),
    "key": (
        'constant = "loan"',
        'konstant = "loan"',
        "mine.toml line 22: columns.product: unknown key 'konstant'; did you mean constant",
    ),
    "no source": (
        'constant = "loan"',
        'prefix = "x"',
        "mine.toml line 21: columns.product: needs exactly one of: column, columns",
    ),
    "indispensable column": (
        "[columns.outcome]",
        "[columns.stage]",
        "mine.toml: columns.outcome is missing; every attempt needs it",
    ),
    "name in one language": ('zh = "我的日志"', "", "mine.toml: zh must be a text"),
    "not TOML": ("[columns.outcome]", "[columns.outcome", "mine.toml: "),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_profile_is_one_line(
    home: Path, file: Path, profile: Path, old: str, new: str, message: str
) -> None:
    assert old in PROFILE
    profile.write_text(PROFILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RefusalLensError) as caught:
        _load(home, file, profile)

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert Home(home).current_id() is None


def test_a_profile_that_nobody_shipped_or_wrote_is_one_line_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RefusalLensError, match=r"^unknown profile 'hmda'; did you mean hmda2018, hmda2014\?$"):
        load_profile("hmda")
    with pytest.raises(
        RefusalLensError, match=r"nowhere\.toml does not exist; shipped ones: contract, bpi2012, hmda2014"
    ):
        load_profile(str(tmp_path / "nowhere.toml"))


def _with(tmp_path: Path, more: str) -> Path:
    path = tmp_path / "odd.toml"
    head = 'profile = "odd"\nen = "Odd"\nzh = "怪"\ncolumns.attempt_id.row_position = true\n'
    path.write_text(f'{head}columns.attempted_at.column = "at"\ncolumns.outcome.constant = "refused"\n{more}', "utf-8")
    return path


@pytest.mark.parametrize("delimiter", ["5", '""', '"ab"', '"\\n"', "'\"'"])
def test_a_delimiter_is_one_character(profile: Path, delimiter: str) -> None:
    profile.write_text(PROFILE.replace('delimiter = ";"', f"delimiter = {delimiter}"), encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"^mine\.toml line 5: delimiter must be one character"):
        load_profile(str(profile))


def test_a_profile_cannot_call_itself_the_contract(profile: Path) -> None:
    profile.write_text(PROFILE.replace('"mine"', '"contract"'), encoding="utf-8")
    with pytest.raises(InvalidValue, match=r"^mine\.toml line 2: profile must not be 'contract'"):
        load_profile(str(profile))


def test_a_unit_is_the_number_that_was_written(tmp_path: Path) -> None:
    path = _with(tmp_path, 'columns.amount_requested = { column = "a", unit = 0.01, values = { Exempt = "" } }')

    assert load_profile(str(path)).columns["amount_requested"].unit == Decimal("0.01")


def test_an_amount_in_hundredths_keeps_its_hundredths(home: Path, tmp_path: Path, shows: Shows) -> None:
    file = tmp_path / "cents.csv"
    file.write_text("at,a\n2026-10-05,12345\n2026-10-05,5\n2026-10-05,Exempt\n", encoding="utf-8")
    more = 'columns.amount_requested = { column = "a", unit = 0.01, values = { Exempt = "" } }'
    amounts = ask(_load(home, file, _with(tmp_path, more)), Question(("rows", "amount_requested")))

    assert amounts["rows"].item() == 3
    assert amounts["amount_requested"].item() == pytest.approx(123.5)


def test_a_rule_made_in_code_is_held_to_the_same() -> None:
    with pytest.raises(InvalidValue, match="needs exactly one of"):
        ColumnRule(columns=("a",), constant="b")


def test_words_of_two_profiles_lie_beside_each_other() -> None:
    known = {"product": {"A": {"en": "Old A", "zh": "旧"}, "B": {"en": "B", "zh": "乙"}}}
    more = {"product": {"A": {"en": "A", "zh": "甲"}}, "city": {"X": {"en": "X", "zh": "某"}}}

    assert merged_words(known, more) == {
        "product": {"A": {"en": "A", "zh": "甲"}, "B": {"en": "B", "zh": "乙"}},
        "city": {"X": {"en": "X", "zh": "某"}},
    }


def test_the_hint_for_a_missing_column_lists_only_columns_of_the_file(home: Path, file: Path, profile: Path) -> None:
    profile.write_text(PROFILE.replace('column = "province"', 'column = "qqq"'), encoding="utf-8")
    with pytest.raises(RefusalLensError, match=r"known: province, result, wan, when, why1, why2$"):
        _load(home, file, profile)
