"""Keeps who somebody is out of the store: columns of direct identifiers are refused, hashed with a key or dropped.

What else is stored as text is masked where it holds one.
"""

import hashlib
import os
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from etl.catalogue.fixes import Fix
from etl.column_rules import AMOUNT, ID, TIMES
from etl.contract import COLUMN_NAMES
from etl.duck import Connection, drop_texts, rename_view
from etl.errors import InvalidValue, UnreadableInput
from etl.identifiers import is_within, masked, masked_text, plain_text
from etl.profile import TECHNICAL, Profile
from etl.suspects import Found, able_to_hold, found, is_text, types_of

HASH, DROP = "hash", "drop"
KEY_BYTES, HASH_LETTERS, ID_LETTERS = 32, 32, 16
IDS = (ID, "applicant_id")
NO_TEXTS = (*IDS, *TIMES, AMOUNT, "score", "latency_ms")
"""Columns of the contract that are stored as numbers and times, or in which nothing can be masked."""
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class HashKey:
    """A home's secret: who does not have it cannot find a number by hashing all of them."""

    path: Path
    known: str | None = None
    """Which key the rows that are stored were hashed with."""

    def text(self) -> str:
        """The key, made at its first use; never to be shown."""
        if not self.path.exists() and self.known is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
        key = self.path.read_bytes() if self.path.exists() else b""
        if self.known is not None and _id(key) != self.known:
            what = "is another key than the" if key else "is missing, the"
            raise InvalidValue(
                f"{self.path} {what} one that this home's rows were hashed with; put hash.key back, or load again into"
                " a new home"
            )
        if len(key) != KEY_BYTES:
            raise InvalidValue(f"{self.path} is no key of {KEY_BYTES} bytes; put back the one that the home began with")
        return key.hex()

    def used_for(self, profile: Profile) -> str | None:
        """Which key the home's rows are hashed with once rows were loaded with this profile."""
        is_used = HASH in wanted_columns(profile).values()
        return _id(bytes.fromhex(self.text())) if is_used else self.known


def _id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:ID_LETTERS]


def protect(connection: Connection, profile: Profile, place: str, key: HashKey, argument: str = "FILE") -> Counter[str]:
    """Hash and drop columns of the view `source` as the profile says, and refuse identifiers that it says nothing of.

    In texts that the contract stores they are masked; how many, is told. Raises `UnreadableInput` that names the column
    and the kind, never a value.
    """
    wanted = wanted_columns(profile)
    _check_dropped(profile, wanted)
    source = connection.view("source")
    open_columns = [name for name in source.columns if name not in (*TECHNICAL, *wanted)]
    able = able_to_hold(source, open_columns)
    if held := found(source, able, _filling(profile, able, IDS)):
        raise UnreadableInput(_refusal(masked(place), argument, held, profile))
    texts = _filling(profile, able, [name for name in COLUMN_NAMES if name not in NO_TEXTS])
    to_mask = texts_with_identifiers(source, texts)
    changed = {name: masked_text(ColumnExpression(name).cast("varchar")).alias(name) for name in to_mask}
    changed |= {name: _hashed(name, key.text(), _nothing(profile, name)) for name, how in wanted.items() if how == HASH}
    if changed or wanted:
        kept = [name for name in source.columns if wanted.get(name) != DROP]
        rename_view(connection, "source", "source_as_found")
        columns = [changed.get(name, ColumnExpression(name)) for name in kept]
        connection.view("source_as_found").select(*columns).create_view("source")
    if wanted:
        drop_texts(connection, "malformed", "raw")
    return +Counter({Fix.MASKED.value: sum(to_mask.values())})


def _filling(profile: Profile, present: list[str], targets: Iterable[str]) -> list[str]:
    """The columns of the file that these of the contract are filled from."""
    if profile.is_contract:
        return [name for name in targets if name in present]
    rules = (profile.columns[name] for name in targets if name in profile.columns)
    return sorted({name for rule in rules for name in rule.columns if name in present})


def texts_with_identifiers(source: duckdb.DuckDBPyRelation, names: list[str]) -> dict[str, int]:
    """The columns in which something is to be masked, with the number of rows. Texts come again: each is seen once."""
    types = types_of(source)
    rows = {}
    for name in [name for name in names if is_text(types[name])]:
        text = ColumnExpression(name).cast("varchar")
        if source.select(text.alias("text")).distinct().filter(is_within(ColumnExpression("text"))).limit(1).fetchall():
            rows[name] = len(source.filter(is_within(text)))
    return rows


def wanted_columns(profile: Profile) -> dict[str, str]:
    """By column of the file, whether it is hashed or dropped."""
    hashed = {name: HASH for rule in profile.columns.values() if rule.is_hashed for name in rule.columns}
    return hashed | dict(profile.identifiers)


def _check_dropped(profile: Profile, wanted: dict[str, str]) -> None:
    for column, rule in profile.columns.items():
        for name in rule.columns:
            if wanted.get(name) == DROP:
                raise InvalidValue(
                    f"{profile.name}: {name} is dropped under [identifiers], but columns.{column} is made of it;"
                    f' write {_key(name)} = "{HASH}"'
                )


def _nothing(profile: Profile, name: str) -> tuple[str, ...]:
    rules = (rule for rule in profile.columns.values() if name in rule.columns)
    return (*profile.nothing, *(text for rule in rules for text in rule.nothing))


def _hashed(name: str, key: str, nothing: Iterable[str]) -> Expression:
    """The keyed hash of every value, however it is written; what means nothing stays as it is."""
    value = FunctionExpression("trim", ColumnExpression(name).cast("varchar"))
    plain = plain_text(value)
    inner = _sha256(ConstantExpression(key), plain)
    short = FunctionExpression(
        "substring", _sha256(ConstantExpression(key), inner), ConstantExpression(1), ConstantExpression(HASH_LETTERS)
    )
    empty = [ConstantExpression(text) for text in ("", *nothing)]
    case = CaseExpression(value.isin(*empty), value).when(plain.isin(*empty), plain)
    return case.otherwise(short).alias(name)


def _sha256(*parts: Expression) -> Expression:
    joined = parts[0]
    for part in parts[1:]:
        joined = FunctionExpression("||", joined, part)
    return FunctionExpression("sha256", joined)


def _refusal(place: str, argument: str, found: Found, profile: Profile) -> str:
    where = (
        f"write a profile (python -m etl profile {argument} drafts one)"
        if profile.is_contract
        else f"say in the profile {profile.name}"
    )
    rows = "row" if found.rows == 1 else "rows"
    return (
        f"{place}: the column {found.column} seems to hold {found.words} ({found.rows:,} {rows}),"
        f" never stored as they are; {where},"
        f' below [identifiers]: {_key(found.column)} = "{HASH}" (the same person stays the same) or "{DROP}"'
    )


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
