"""What the loader mends in a file on its own: the ids, and their words from fixes.toml."""

from enum import StrEnum
from functools import cache
from pathlib import Path

from etl.catalogue.reading import LANGUAGES, read_toml
from etl.words import Words


class Fix(StrEnum):
    """The key under which a load counts what was mended."""

    GB18030 = "transcoded_gb18030"
    UTF_16 = "transcoded_utf16"
    BYTE_ORDER_MARK = "byte_order_mark"
    LINE_ENDS = "line_ends"
    NUL = "nul_bytes"
    END_MARK = "end_mark"
    INVISIBLE = "invisible_characters"
    BLANK_LINES = "blank_lines"
    PREAMBLE = "preamble"
    DELIMITER = "other_delimiter"
    TRAILING_DELIMITER = "trailing_delimiter"
    COLUMNS_NAMED = "columns_named"
    MASKED = "identifier_masked"


@cache
def load_fixes() -> dict[str, Words]:
    """The words of every fix by its id, in the order of the file."""
    fixes = {}
    for name, table in read_toml(Path(__file__).parent / "fixes.toml").tables("fixes"):
        table.allow(*LANGUAGES)
        fixes[name] = table.words()
    return fixes
