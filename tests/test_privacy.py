"""Direct identifiers never reach the store: columns of them are refused, hashed with a key of the home or dropped."""

import hashlib
import stat
import uuid
from pathlib import Path

import pandas as pd
import pytest
from invented_people import IDENTIFIERS, PEOPLE, ROWS, load, log_file, mobile, texts

from etl.errors import InvalidValue, UnreadableInput
from etl.home import Home
from etl.identifiers import KINDS, NAMES, has_identity_check, has_luhn_check
from etl.pipeline import add_files
from etl.privacy import HashKey
from etl.profile import load_profile
from etl.publish import current_manifest
from synthetic_data import write_world

# ------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_a_column_of_identifiers_is_refused_in_one_line_that_shows_none(home: Path, tmp_path: Path, name: str) -> None:
    words, made = IDENTIFIERS[name]
    values = [made(number) for number in range(ROWS)]
    with pytest.raises(UnreadableInput) as caught:
        load(home, log_file(tmp_path, name, values))
    said = str(caught.value)

    assert f"log.csv: the column {name} seems to hold {words} ({ROWS} rows)" in said
    assert "[identifiers]" in said
    assert "\n" not in said
    assert not [value for value in values if value in said]
    assert Home(home).current_id() is None
    assert not list(texts(home))


def test_identifiers_under_the_name_of_an_applicant_are_refused_too(home: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="applicant_id seems to hold mobile numbers"):
        load(home, log_file(tmp_path, "applicant_id", [mobile(number) for number in range(ROWS)]))


def test_a_number_in_a_column_of_numbers_is_found(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    rows = {"attempt_id": list("abc"), "attempted_at": "2026-10-05", "outcome": "refused"}
    phones: list[float | None] = [13800138000, None, 13900139000]
    pd.DataFrame({**rows, "phone": phones}).to_parquet(path)
    with pytest.raises(UnreadableInput, match=r"phone seems to hold mobile numbers \(2 rows\)"):
        load(home, path)


@pytest.mark.parametrize("step", [1, 4_000], ids=["in every row", "in a few rows"])
def test_a_long_file_hides_no_column(home: Path, tmp_path: Path, step: int) -> None:
    count = 60_000
    values = [mobile(number % 1_000) if number % step == step // 2 else "" for number in range(count)]
    with pytest.raises(UnreadableInput, match="phone seems to hold mobile numbers"):
        load(home, log_file(tmp_path, "phone", values))


WRITTEN = {
    "full-width": lambda number: "".join(chr(ord(digit) + 0xFEE0) for digit in mobile(number)),
    "blank": lambda number: f"  {mobile(number)}",
    "no-break blank": lambda number: f"\u00a0{mobile(number)}\u3000",
    "tab": lambda number: f"\t{mobile(number)}",
    "apostrophe": lambda number: f"'{mobile(number)}",
    "formula": lambda number: f'="{mobile(number)}"',
    "invisible": lambda number: f"\u2060{mobile(number)}",
    "0086": lambda number: f"0086{mobile(number)}",
    "within an id": lambda number: f"APP{mobile(number)}",
    "object": lambda number: f'{{"name": "司马光", "phone": "{mobile(number)}"}}',
    "list": lambda number: f'["x", "{mobile(number)}"]',
    "share of 4 %": lambda number: mobile(number) if number % 25 == 3 else f"u{number:08x}",
}


@pytest.mark.parametrize("how", WRITTEN)
def test_an_applicant_in_other_letters_or_in_few_rows_is_refused_all_the_same(
    home: Path, tmp_path: Path, how: str
) -> None:
    path = log_file(tmp_path, "applicant_id", [WRITTEN[how](number) for number in range(ROWS)])
    with pytest.raises(UnreadableInput, match="applicant_id seems to hold mobile numbers"):
        load(home, path)


@pytest.mark.parametrize(("some", "all_"), [(8, 15), (20, 60_000)])
def test_half_of_few_values_and_twenty_of_many_are_enough(home: Path, tmp_path: Path, some: int, all_: int) -> None:
    values = [*["guest"] * (all_ - some), *[mobile(number) for number in range(some)]]
    with pytest.raises(UnreadableInput, match=rf"mobile numbers \({some} rows\)"):
        load(home, log_file(tmp_path, "applicant_id", values))


def test_a_hash_is_that_of_the_number_however_it_is_written(home: Path, tmp_path: Path) -> None:
    values = [
        WRITTEN[how](7) for how in ("full-width", "blank", "no-break blank", "apostrophe", "formula", "invisible")
    ]
    load(home, log_file(tmp_path, "phone", [mobile(7), *values]), 'columns.applicant_id = {column="phone", hash=true}')
    [part] = (home / "store" / "attempts").rglob("*.parquet")

    assert pd.read_parquet(part)["applicant_id"].nunique() == 1


NO_IDENTIFIERS: dict[str, list[str]] = {
    "attempt number": [f"2026100512{number:08d}" for number in range(ROWS)],
    "milliseconds": [str(1_736_121_600_000 + 977 * number) for number in range(ROWS)],
    "sixteen digits": [str(4_000_000_000_000_000 + 7_919 * number) for number in range(200)],
    "eighteen digits": [f"11010519900101{number:04d}" for number in range(200)],
    "name": ["现金贷", "信用卡"] * ROWS,
    "product_name": PEOPLE,
    "remark": ["", "13800138000", *["no"] * 200],
    "few": ["13800138000", "unknown", "unknown"],
    "amount": ["12345678901.23"] * ROWS,
    "seconds": [str(1_736_121_600 + 977 * number) for number in range(ROWS)],
    "eleven digits": [str(10_000_000_000 + 2_222_222_222 * number) for number in range(ROWS)],
    "fifteen digits": [str(202607041600000 + 7 * number) for number in range(ROWS)],
    "applicant_id": [f"{uuid.UUID(int=(7919 * number) ** 9 % 2**128)}" for number in range(2_000)],
}


@pytest.mark.parametrize("name", NO_IDENTIFIERS)
def test_numbers_and_words_that_only_resemble_identifiers_are_loaded(home: Path, tmp_path: Path, name: str) -> None:
    values = NO_IDENTIFIERS[name]

    assert load(home, log_file(tmp_path, name, values)).reconciliation().loaded == len(values)


def test_the_invented_world_holds_no_identifier(home: Path) -> None:
    write_world(home, days=2, attempts=2_000)
    add_files(Home(home), [home / "logs"], load_profile("contract"), lambda *_: None)

    assert not Home(home).hash_key.exists()


def test_the_checks_know_a_wrong_digit() -> None:
    assert has_identity_check("11010519491231002X")
    assert not has_identity_check("110105194912310021")
    assert has_luhn_check("4111111111111111")
    assert not has_luhn_check("4111111111111112")
    assert [kind.is_one("张伟") for kind in (*KINDS, NAMES)] == [False] * len(KINDS) + [True]


# ------------------------------------------------------------------------------------------- hashed and dropped


def test_a_hashed_identifier_is_the_same_in_every_load_and_never_the_number(home: Path, tmp_path: Path) -> None:
    values = [mobile(number % 10) for number in range(ROWS)]
    more = 'columns.applicant_id.column = "phone"\nidentifiers.phone = "hash"\n'
    load(home, log_file(tmp_path, "phone", values), more)
    (tmp_path / "more").mkdir()
    again = log_file(tmp_path / "more", "phone", values)
    again.write_text(again.read_text(encoding="utf-8").replace("\na", "\nb"), encoding="utf-8")
    load(home, again, more)
    stored = pd.concat(pd.read_parquet(part) for part in (home / "store" / "attempts").rglob("*.parquet"))

    assert len(stored) == 2 * ROWS
    assert stored["applicant_id"].nunique() == 10
    assert stored["applicant_id"].str.fullmatch("[0-9a-f]{32}").all()
    assert not [text for text in texts(home) for value in values if value in text]


def test_a_rule_may_ask_for_the_hash_and_nothing_stays_nothing(home: Path, tmp_path: Path) -> None:
    values = [*[mobile(number) for number in range(ROWS)], "-", ""]
    load(home, log_file(tmp_path, "phone", values), 'columns.applicant_id = {column="phone", hash=true, nothing=["-"]}')
    [part] = (home / "store" / "attempts").rglob("*.parquet")

    assert pd.read_parquet(part)["applicant_id"].isna().sum() == 2
    assert pd.read_parquet(part)["applicant_id"].nunique() == ROWS


def test_two_homes_hash_alike_only_with_the_same_key(tmp_path: Path) -> None:
    hashes = []
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        path = log_file(tmp_path / name, "phone", ["13800138000"])
        if name == "three":
            (tmp_path / "three" / "hash.key").write_bytes((tmp_path / "one" / "hash.key").read_bytes())
        load(tmp_path / name, path, 'columns.applicant_id = {column = "phone", hash = true}')
        [part] = (tmp_path / name / "store" / "attempts").rglob("*.parquet")
        hashes.append(pd.read_parquet(part)["applicant_id"].item())

    assert hashes[0] == hashes[2] != hashes[1]


def test_the_key_is_the_owners_alone_and_a_broken_one_is_one_line(home: Path, tmp_path: Path) -> None:
    more = 'identifiers.phone = "hash"'
    load(home, log_file(tmp_path, "phone", ["13800138000"]), more)
    key = home / "hash.key"

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 32
    key.write_bytes(b"short")
    with pytest.raises(InvalidValue, match=r"hash\.key is no key of 32 bytes"):
        HashKey(key).text()


def test_rows_are_never_hashed_with_two_keys_in_one_home(home: Path, tmp_path: Path) -> None:
    more = 'identifiers.phone = "hash"'
    load(home, log_file(tmp_path, "phone", ["13800138000"]), more)
    key = (home / "hash.key").read_bytes()
    assert current_manifest(Home(home)).hash_key_id == hashlib.sha256(key).hexdigest()[:16]

    again = log_file(tmp_path, "phone", ["13900138000"])
    (home / "hash.key").unlink()
    with pytest.raises(InvalidValue, match=r"hash\.key is missing.*put hash\.key back, or load again into a new home"):
        load(home, again, more)
    assert not (home / "hash.key").exists()
    (home / "hash.key").write_bytes(b"x" * 32)
    with pytest.raises(InvalidValue, match=r"hash\.key is another key.*put hash\.key back"):
        load(home, again, more)
    (home / "hash.key").write_bytes(key)

    load(home, again, more)
    assert current_manifest(Home(home)).hash_key_id == hashlib.sha256(key).hexdigest()[:16]


def test_a_dropped_column_is_nowhere_not_even_in_rows_kept_out(home: Path, tmp_path: Path) -> None:
    path = log_file(tmp_path, "phone", [mobile(number) for number in range(ROWS)])
    path.write_text(path.read_text(encoding="utf-8").replace("refused", "maybe", 3), encoding="utf-8")

    assert load(home, path, 'identifiers.phone = "drop"').reconciliation().quarantined == 3
    assert not [text for text in texts(home) if "138" in text or "phone" in text]


def test_what_is_dropped_cannot_be_mapped(home: Path, tmp_path: Path) -> None:
    path = log_file(tmp_path, "phone", ["13800138000"])
    with pytest.raises(InvalidValue, match=r'columns\.applicant_id is made of it; write phone = "hash"'):
        load(home, path, 'columns.applicant_id.column = "phone"\nidentifiers.phone = "drop"')
