"""What a file is by its first bytes, whatever it is called: text of the kind that its name promises, or refused."""

import re
from pathlib import Path

from etl.errors import UnreadableInput
from etl.unpacking import PACKED, beginning

LOOKED_AT = 64_000
PARQUET = b"PAR1"
SIGNATURES = (
    (b"\x1f\x8b", "a gzip file", "add .gz to its name"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", "add .zst to its name"),
    (PARQUET, "a Parquet file", "name it .parquet"),
    (b"PK\x03\x04", "a zip file or an Excel workbook", "save the sheet as “CSV UTF-8”, or unzip it, first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as “CSV UTF-8” first"),
    (b"%PDF", "a PDF document", "ask for the log as CSV"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV first"),
    (b"BZh", "a bzip2 file", "unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip file", "unpack it first"),
    (b"\xfd7zXZ", "an xz file", "unpack it first"),
)
SIGNATURE_OF_ENDING = {".gz": SIGNATURES[0], ".zst": SIGNATURES[1]}
DUCKDB, DUCKDB_AT = b"DUCK", 8
UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
PAGE = re.compile(rb"\s*<(!doctype|html|head|body|\?xml|script|!--)", re.IGNORECASE)
JSON_START = re.compile(rb"\s*([\[{])")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CONTROLS = bytes(number for number in range(32) if number not in b"\0\t\n\r\x1a")
RARELY = 0.02
"""The share of control characters up to which a file is still text."""


def check_text(path: Path, *, is_json: bool) -> bytes:
    """The first bytes of a text file, unpacked; `UnreadableInput` where it is something else, or empty."""
    _check_packing(path)
    start = beginning(path, LOOKED_AT)
    if not start.strip(b"\xef\xbb\xbf\0\x1a \t\r\n"):
        raise UnreadableInput(f"{path.name} is empty: it has no line of text")
    if path.suffix in PACKED:
        _check_signature(path, start)
    _check_kind(path, start.removeprefix(BYTE_ORDER_MARK), is_json)
    return start


def check_parquet(path: Path) -> None:
    """Raises `UnreadableInput` where a Parquet file has not its signature at both ends."""
    with path.open("rb") as file:
        start = file.read(len(PARQUET))
        file.seek(max(0, path.stat().st_size - len(PARQUET)))
        end = file.read()
    if start != PARQUET or end != PARQUET:
        what = "was cut off or is damaged at its end" if start == PARQUET else "is no Parquet file"
        raise UnreadableInput(f"{path.name} {what}; fetch it again")


def wide_encoding(start: bytes) -> str | None:
    """UTF-16 in either order of bytes, by its mark or by the NUL beside every other character; else None."""
    if marked := UTF_16.get(start[:2]):
        return marked
    even, odd = (start[place::2].count(0) * 4 > len(start) for place in (0, 1))
    if even == odd:
        return None
    return "utf-16-be" if even else "utf-16-le"


def _check_packing(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(16)
    if path.suffix not in PACKED:
        _check_signature(path, start)
        return
    signature, kind, _ = SIGNATURE_OF_ENDING[path.suffix]
    if start and not start.startswith(signature):
        raise UnreadableInput(f"{path.name} cannot be read: it is not {kind}; remove {path.suffix} from its name")


def _check_signature(path: Path, start: bytes) -> None:
    for signature, kind, advice in SIGNATURES:
        if start.startswith(signature):
            raise UnreadableInput(f"{path.name} is {kind}, not a text file; {advice}")
    if start[DUCKDB_AT:].startswith(DUCKDB):
        raise UnreadableInput(f"{path.name} is a DuckDB database; name it .duckdb and load FILE.duckdb::TABLE")


def _check_kind(path: Path, start: bytes, is_json: bool) -> None:
    if PAGE.match(start):
        raise UnreadableInput(f"{path.name} is a web page, perhaps of a login that ran out; download the log again")
    opening = JSON_START.match(start)
    if opening and not is_json:
        raise UnreadableInput(f"{path.name} is JSON, not a table; write one object on each line and name it .jsonl")
    if opening and opening[1] == b"[":
        raise UnreadableInput(f"{path.name} is one JSON list; write one object on each line instead")
    if wide_encoding(start) is None and _is_binary(start):
        raise UnreadableInput(f"{path.name} is not text; a log is CSV, JSON lines, Parquet or a DuckDB table")


def _is_binary(start: bytes) -> bool:
    controls = len(start) - len(start.translate(None, CONTROLS))
    return controls > RARELY * len(start) or start.count(0) * 5 > len(start)
