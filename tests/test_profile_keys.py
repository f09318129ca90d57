"""What each key of a profile does to the values of a file, up to where the rows are typed."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.catalogue.lines import line_numbers
from etl.column_rules import RULE_KEYS, ColumnRule
from etl.errors import InvalidValue, RefusalLensError, UnreadableInput
from etl.profile import TECHNICAL, load_profile
from etl.profile_file import FACTS, PROFILE_KEYS

HEAD = 'profile = "mine"\nen = "Mine"\nzh = "我的"\n{top}\n'
NEEDED = {"attempt_id": "row_position = true", "attempted_at": 'column = "a"', "outcome": 'constant = "refused"'}
LIST = """
scheme = "acme"
en = "Acme"
zh = "甲"
[reasons.A1]
cause = "debt"
en = "Debts"
zh = "负债"
aliases = ["too much"]
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def _profile(folder: Path, columns: dict[str, str], top: str = "", name: str = "mine.toml") -> Path:
    path = folder / name
    rules = (f"[columns.{column}]\n{rule}\n" for column, rule in {**NEEDED, **columns}.items())
    path.write_text(HEAD.format(top=top) + "".join(rules), encoding="utf-8")
    return path


def _landed(
    connection: duckdb.DuckDBPyConnection, profile: Path, column: str, *rows: tuple[str | None, ...]
) -> list[str | None]:
    """What a contract column holds of rows with the cells a, b and c."""
    cells = {name: [row[place] if place < len(row) else None for row in rows] for place, name in enumerate("abc")}
    technical = dict(zip(TECHNICAL, (range(1, len(rows) + 1), "f", "h"), strict=True))
    frame = pd.DataFrame({**cells, **technical}).astype({name: "str" for name in "abc"})
    relation = connection.from_df(frame)
    landing = relation.select(*load_profile(str(profile)).landing(relation.columns, "f"))
    return [value for (value,) in landing.select(column).fetchall()]


TIME = "attempted_at"
KEYS = {
    "texts that mean nothing": (
        "product",
        'column = "a"\nnothing = ["NA"]',
        [("NA",), (" NA ",), ("x",)],
        [None, None, "x"],
    ),
    "nothing beside values": (
        "product",
        'column = "a"\nnothing = ["0"]\nvalues = { 1 = "one" }',
        [("0",), ("1",), ("2",)],
        [None, "one", "2"],
    ),
    "any other spelling": (
        "outcome",
        'column = "a"\nvalues = { Y = "approved" }\notherwise = "excluded"',
        [("Y",), ("Z",), ("",), (None,)],
        ["approved", "excluded", None, None],
    ),
    "codes in one cell": (
        "reason_codes",
        'column = "a"\nsplit = ";"',
        [("X; Y",), ("X;;Z;",), (";",)],
        ["X|Y", "X||Z", None],
    ),
    "a code twice": ("reason_codes", 'column = "a"\nsplit = ";"', [("X;X",)], ["X|X"]),
    "codes in one cell, on a list": (
        "reason_codes",
        'column = "a"\nsplit = ","\nscheme = "hmda"',
        [("1,99",), ("Collateral",)],
        ["hmda:1|hmda:99", "hmda:4"],
    ),
    "codes in one cell, renamed": (
        "reason_codes",
        'column = "a"\nsplit = ","\nvalues = { x = "U101" }',
        [("x,y",)],
        ["U101|y"],
    ),
    "codes in places": (
        "reason_codes",
        'columns = ["a", "b", "c"]\nnothing = ["10"]',
        [("1", "10", "3"), ("10", None, "2"), ("10", "", "")],
        ["1||3", "||2", None],
    ),
    "an id of two parts": (
        "attempt_id",
        'columns = ["a", "b"]',
        [("L", "7"), ("L", None), ("", "7"), ("", ""), ("L", "\u200b"), ("A-1", "1"), ("A", "1-1")],
        ["L-7", None, None, None, None, r"A\-1-1", r"A-1\-1"],
    ),
    "a date and a time": (
        TIME,
        'columns = ["a", "b"]',
        [("2025-01-02", "10:00"), ("2025-01-02", "")],
        ["2025-01-02 10:00", "2025-01-02"],
    ),
    "a format": (
        TIME,
        'column = "a"\nformat = "%d.%m.%Y %H:%M"',
        [("02.01.2025 10:00",), ("30.02.2025 10:00",), ("",)],
        ["2025-01-02 10:00:00", "30.02.2025 10:00 is not %d.%m.%Y %H:%M", None],
    ),
    "a format with an offset": (
        TIME,
        'column = "a"\nformat = "%d.%m.%Y %H:%M %z"',
        [("02.01.2025 10:00 +0800",), ("02.01.2025 10:00 +0000",)],
        ["2025-01-02 02:00:00+00", "2025-01-02 10:00:00+00"],
    ),
    "a format of two columns": (
        TIME,
        'columns = ["a", "b"]\nformat = "%d.%m.%Y %H:%M"',
        [("02.01.2025", "10:00")],
        ["2025-01-02 10:00:00"],
    ),
    "regions of China": (
        "region",
        'column = "a"\nregions = "cn"',
        [("广东省",), ("粤",), ("44",), ("４４",), ("guangdong",), ("深圳",), ("",)],
        ["CN-GD", "CN-GD", "CN-GD", "CN-GD", "CN-GD", "深圳", None],
    ),
    "regions with exceptions": (
        "region",
        'column = "a"\nregions = "us"\nvalues = { "Calif." = "US-CA" }',
        [("Calif.",), ("texas",), ("Ruritania",)],
        ["US-CA", "US-TX", "Ruritania"],
    ),
}


@pytest.mark.parametrize(("column", "rule", "rows", "expected"), KEYS.values(), ids=KEYS.keys())
def test_a_key_does_what_it_says(
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    column: str,
    rule: str,
    rows: list[tuple[str | None, ...]],
    expected: list[str | None],
) -> None:
    assert _landed(connection, _profile(tmp_path, {column: rule}), column, *rows) == expected


def test_what_means_nothing_means_it_in_every_column(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    profile = _profile(tmp_path, {"product": 'column = "b"\nnothing = ["-"]'}, top='nothing = ["NA", "XAP"]')
    rows = [("NA", "NA"), ("x", "XAP"), ("y", "-")]

    assert _landed(connection, profile, "attempted_at", *rows) == [None, "x", "y"]
    assert _landed(connection, profile, "product", *rows) == [None, None, None]


PARTS = st.text(alphabet="-\\A1－＼", min_size=1, max_size=4)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(PARTS, PARTS), min_size=20, unique=True))
def test_keys_of_several_parts_are_the_same_where_all_parts_are(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    profile = _profile(tmp_path, {"attempt_id": 'columns = ["a", "b"]'})
    keys = [str(key) for key in _landed(connection, profile, "attempt_id", *rows)]
    plain = {(unicodedata.normalize("NFKC", first), unicodedata.normalize("NFKC", second)) for first, second in rows}

    assert len(set(keys)) == len(rows)
    assert len({unicodedata.normalize("NFKC", key) for key in keys}) == len(plain)


@pytest.mark.parametrize(
    ("unit", "factor"), [("cents", "0.01"), ("thousands", "1000"), ("万", "10000"), ("亿", "100000000")]
)
def test_a_unit_may_be_a_word(tmp_path: Path, unit: str, factor: str) -> None:
    path = _profile(tmp_path, {"amount_requested": f'column = "a"\nunit = "{unit}"'})

    assert str(load_profile(str(path)).columns["amount_requested"].unit) == factor


def test_the_facts_of_a_profile_that_others_act_on(tmp_path: Path) -> None:
    times = 'zone = "Europe/Amsterdam"\ndate_order = "day-first"\nlater_files = "restate"\n'
    top = f'{times}[identifiers]\nb = "hash"\nc = "drop"'
    profile = load_profile(str(_profile(tmp_path, {"applicant_id": 'column = "a"\nhash = true'}, top)))

    assert (profile.zone, profile.date_order, profile.is_restated_by_order) == ("Europe/Amsterdam", "day-first", True)
    assert profile.identifiers == {"b": "hash", "c": "drop"}
    assert profile.columns["applicant_id"].is_hashed


def test_a_code_list_beside_the_profile_is_known(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    profile = _profile(tmp_path, {"reason_codes": 'column = "a"\nscheme = "acme"'})
    with pytest.raises(InvalidValue, match=r"^mine\.toml line 13: columns\.reason_codes: unknown scheme 'acme'"):
        load_profile(str(profile))
    (tmp_path / "acme.toml").write_text(LIST, encoding="utf-8")

    assert _landed(connection, profile, "reason_codes", ("too much",), ("A9",)) == ["acme:A1", "acme:A9"]
    assert [path.name for path in load_profile(str(profile)).code_lists] == ["acme.toml"]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = _profile(tmp_path, {})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert load_profile(str(path)).name == "mine"


def test_a_profile_in_another_encoding_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    path = _profile(tmp_path, {})
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(InvalidValue) as caught:
        load_profile(str(path))

    byte = "我".encode("gb18030")[0]
    assert str(caught.value) == (f"{path}: line 3 is not UTF-8 text (byte 0x{byte:02x}); save it as UTF-8")


@pytest.mark.parametrize("name", ["nowhere.toml", "folder/nowhere", "nowhere.tml"])
def test_a_profile_that_is_not_there_is_said_not_to_exist(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableInput, match="does not exist"):
        load_profile(str(tmp_path / name))


def test_a_log_is_no_profile(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"a profile is a TOML file, its name ends in \.toml"):
        load_profile(str(tmp_path / "log.csv"))


def test_a_column_to_drop_must_be_there(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    profile = _profile(tmp_path, {}, '[identifiers]\nphone = "drop"')
    with pytest.raises(RefusalLensError, match=r"unknown column \(profile mine: identifiers, file f\) 'phone'"):
        _landed(connection, profile, "product", ("x",))


def test_every_key_of_a_rule_is_read() -> None:
    assert set(FACTS) | {"scheme", "aliases"} == set(ColumnRule.__dataclass_fields__)
    assert len(RULE_KEYS) == len(set(RULE_KEYS))


TOML = '''a = 1
"b c" = """
x = 2
"""
[t."u.v"]
k = [
  "[no]",
]
in = { line = 1 }
[[many]]
z.y = 1
'''


def test_every_key_is_found_in_its_line() -> None:
    assert line_numbers(TOML) == {
        ("a",): 1,
        ("b c",): 2,
        ("t",): 5,
        ("t", "u.v"): 5,
        ("t", "u.v", "k"): 6,
        ("t", "u.v", "in"): 9,
        ("t", "u.v", "in", "line"): 9,
        ("many",): 10,
        ("many", "z"): 11,
        ("many", "z", "y"): 11,
    }
    assert line_numbers(TOML.replace("\n", "\r\n")) == line_numbers(TOML)


DOCUMENT = (Path(__file__).parent.parent / "docs" / "profiles.md").read_text(encoding="utf-8")


def test_every_key_is_described_and_nothing_else() -> None:
    described = {line.split("`")[1] for line in DOCUMENT.splitlines() if line.startswith("| `")}

    assert described == {*PROFILE_KEYS, *(f"columns.X.{key}" for key in RULE_KEYS)}
