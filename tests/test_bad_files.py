"""Text files with something wrong in them, by their numbers in the catalogue of bad inputs: what becomes of each.

A file is loaded with what was mended counted, or with the lines that are no rows kept out as they stand, or refused in
one line that leaves the home as it was. Files that are wrong as a whole are in test_bad_places.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from etl.catalogue.fixes import Fix, load_fixes
from etl.catalogue.rules import MALFORMED
from etl.errors import RefusalLensError
from etl.home import Home
from etl.manifest import Load
from etl.pipeline import add_files
from etl.profile import load_profile

HEAD = "attempt_id,attempted_at,outcome,city\n"
ONE, TWO = "1,2026-10-05,refused,深圳\n", "2,2026-10-06,approved,广州\n"
GOOD = HEAD + ONE + TWO
CITY = "香港 臺北 貸款被拒絕 綜合評分不足 深圳市"
LONG = "x" * 3_000_000
BROKEN_GB = GOOD.encode("gbk") + ONE.replace("1", "3", 1).encode("gbk") * 3 + b"4,2026-10-06,approved,\xff\n"


@dataclass(frozen=True)
class Bad:
    """`kept_out`: the lines that are no rows, each by its number in the file and how it begins."""

    number: int
    what: str
    content: str | bytes
    loaded: int = 2
    fixes: Mapping[Fix, int] = field(default_factory=dict)
    kept_out: tuple[tuple[int, str], ...] = ()
    refused: str = ""
    name: str = "log.csv"
    duplicates: int = 0

    @property
    def bytes(self) -> bytes:
        return self.content.encode() if isinstance(self.content, str) else self.content


BAD = [
    Bad(1, "empty", "", refused="is empty"),
    Bad(1, "only a mark and blank lines", b"\xef\xbb\xbf\n\n", refused="is empty"),
    Bad(2, "names and no row", HEAD, refused="none of 0 rows"),
    Bad(3, "no names", ONE + TWO, refused="names no column that is known"),
    Bad(4, "byte order mark", "\ufeff" + GOOD, fixes={Fix.BYTE_ORDER_MARK: 1}),
    Bad(4, "byte order mark in a file that is mended", "\ufeff" + HEAD + "\n" + ONE, 1,
        {Fix.BYTE_ORDER_MARK: 1, Fix.BLANK_LINES: 1}),
    Bad(5, "GBK", GOOD.encode("gbk"), fixes={Fix.GB18030: 1}),
    Bad(5, "GB18030 with a character of four bytes", GOOD.replace("深圳", "㐀深圳市龙岗区").encode("gb18030"),
        fixes={Fix.GB18030: 1}),
    Bad(5, "GBK, columns named in it", "attempt_id,attempted_at,outcome,城市\n".encode("gbk") + ONE.encode("gbk"), 1,
        {Fix.GB18030: 1}),
    Bad(6, "UTF-16, little end first", GOOD.encode("utf-16"), fixes={Fix.UTF_16: 1}),
    Bad(7, "UTF-16, big end first", b"\xfe\xff" + GOOD.encode("utf-16-be"), fixes={Fix.UTF_16: 1}),
    Bad(7, "UTF-16 without its mark", GOOD.encode("utf-16-le"), fixes={Fix.UTF_16: 1}),
    Bad(7, "UTF-16 cut off in a character", GOOD.encode("utf-16")[:-1], refused="UTF-16 is damaged"),
    Bad(8, "Big5", f"{HEAD}1,2026-10-05,refused,{CITY}\n".encode("big5"), refused="looks like Big5"),
    Bad(8, "Shift-JIS", f"{HEAD}1,2026-10-05,refused,申し込みは拒否\n".encode("shift_jis"),
        refused="looks like Shift-JIS"),
    Bad(8, "EUC-KR", f"{HEAD}1,2026-10-05,refused,서울특별시 강남구 대출 신청 거절\n".encode("euc_kr"),
        refused="looks like EUC-KR"),
    Bad(8, "Latin-1", f"{HEAD}1,2026-10-05,refused,Málaga é\n".encode("latin-1"), refused="looks like windows-1252"),
    Bad(9, "a line of GBK in UTF-8", GOOD.encode() + ONE.encode("gbk"), kept_out=((4, "1,2026-10-05,refused,\\xc9"),)),
    Bad(9, "a line of nothing in GBK", BROKEN_GB, 3, {Fix.GB18030: 1}, ((7, "4,2026-10-06,approved,\\xff"),),
        duplicates=2),
    Bad(10, "overlong UTF-8", GOOD.encode() + b"3,2026-10-05,refused,\xc0\xaf\n",
        kept_out=((4, "3,2026-10-05,refused,\\xc0\\xaf"),)),
    Bad(10, "a surrogate in UTF-8", GOOD.encode() + b"3,2026-10-05,refused,\xed\xa0\x80\n",
        kept_out=((4, "3,2026-10-05,refused,\\xed"),)),
    Bad(11, "NUL in a text", GOOD.replace("深圳", "深\0圳\0"), fixes={Fix.NUL: 2}),
    Bad(12, "Ctrl-Z at the end", GOOD + "\x1a", fixes={Fix.END_MARK: 1}),
    Bad(12, "Ctrl-Z at the end of the last line", GOOD.rstrip() + "\x1a\x1a\r\n",
        fixes={Fix.END_MARK: 1, Fix.LINE_ENDS: 1}),
    Bad(13, "characters nobody sees", GOOD.replace("refused", "\u200brefu\u202esed\u2066").replace("1,", "1\ufeff,", 1),
        fixes={Fix.INVISIBLE: 4}),
    Bad(14, "returns only", GOOD.replace("\n", "\r"), fixes={Fix.LINE_ENDS: 1}),
    Bad(14, "returns and line feeds", GOOD.replace("\n", "\r\n")),
    Bad(15, "two kinds of line ends", GOOD.replace("\n", "\r\n", 1), fixes={Fix.LINE_ENDS: 1}),
    Bad(15, "three kinds of line ends", GOOD.replace("\n", "\r\n", 1).replace("深圳\n", "深圳\r"),
        fixes={Fix.LINE_ENDS: 1}),
    Bad(16, "a short row", HEAD + ONE + "3,2026-10-05\n" + TWO, kept_out=((3, "3,2026-10-05"),)),
    Bad(16, "a short row behind a value of two lines", HEAD + ONE.replace("深圳", '"深\n圳"') + "3,2026-10-05\n" + TWO,
        kept_out=((4, "3,2026-10-05"),)),
    Bad(17, "a long row", HEAD + ONE + "3,2026-10-05,refused,深圳,市\n" + TWO,
        kept_out=((3, "3,2026-10-05,refused,深圳,市"),)),
    Bad(18, "a quote that never closes", HEAD + '3,2026-10-05,refused,"深\n' + ONE + TWO,
        kept_out=((2, '3,2026-10-05,refused,"深'),)),
    Bad(18, "a quote that closes in a later row", HEAD + '3,2026-10-05,refused,"深\n' + ONE
        + TWO.replace("广州", '"广州"'),
        kept_out=((2, '3,2026-10-05,refused,"深'),)),
    Bad(18, "a quote that swallows more than a megabyte",
        HEAD + '0,2026-10-05,refused,"深\n' + "".join(f"{n},2026-10-05,refused,\n" for n in range(1, 60_000)), 59_999,
        kept_out=((2, '0,2026-10-05,refused,"深'),)),
    Bad(19, "a stray quote inside a value", GOOD.replace("深圳", '深"圳')),
    Bad(19, "text behind a closing quote", HEAD + ONE + '3,2026-10-05,refused,"深"圳\n' + TWO,
        kept_out=((3, '3,2026-10-05,refused,"深"圳'),)),
    Bad(20, "a value of two lines", GOOD.replace("深圳", '"深\n圳"')),
    Bad(21, "a line of three megabytes", HEAD + ONE + f"3,2026-10-05,refused,{LONG}\n" + TWO,
        kept_out=((3, "3,2026-10-05,refused,xxx"),)),
    Bad(21, "a line of twenty megabytes", HEAD + ONE + f"3,2026-10-05,refused,{LONG * 7}\n",
        refused="has a line of more than"),
    Bad(22, "20,000 columns", HEAD.strip() + "".join(f",c{n}" for n in range(20_000)) + "\n",
        refused="has 20,004 columns"),
    *(Bad(23, f"parted by {sign!r}", GOOD.replace(",", sign), fixes={Fix.DELIMITER: 1}) for sign in ";\t|，"),
    Bad(23, "parted by ， and quoted", GOOD.replace(",", "，").replace("深圳", '"深，圳,"'), fixes={Fix.DELIMITER: 1}),
    Bad(23, "a .tsv parted by commas", GOOD, fixes={Fix.DELIMITER: 1}, name="log.tsv"),
    Bad(24, "sep=;", "sep=;\n" + GOOD.replace(",", ";"), fixes={Fix.PREAMBLE: 1, Fix.DELIMITER: 1}),
    Bad(24, "lines of # and blank ones before the names", "# export\n\n# of 5 October\n" + GOOD,
        fixes={Fix.PREAMBLE: 3}),
    Bad(24, "blank lines between the rows", HEAD + "\n" + ONE + "  \n\n" + TWO, fixes={Fix.BLANK_LINES: 3}),
    Bad(24, "a comma at the end of every line", GOOD.replace("\n", ",\n"), fixes={Fix.TRAILING_DELIMITER: 1}),
    Bad(24, "a comma behind every row", HEAD + (ONE + TWO).replace("\n", ",\n"),
        fixes={Fix.TRAILING_DELIMITER: 1}),
    Bad(25, "a column of use twice", GOOD.replace("city", "outcome"), refused="several columns are called outcome"),
    Bad(25, "another column twice", GOOD.replace("city", "note,note").replace("深圳", "a,b").replace("广州", "c,d"),
        fixes={Fix.COLUMNS_NAMED: 1}),

           Bad(25, "a column without a name",
        GOOD.replace("outcome", ",outcome").replace("05,", "05,?,").replace("06,", "06,?,"),
        fixes={Fix.COLUMNS_NAMED: 1}),
    Bad(26, "a column that is needed is missing", GOOD.replace("outcome", "result"), refused="has no column outcome"),
    Bad(27, "columns in another order, and others", "x,outcome,attempt_id,attempted_at\n?,refused,1,2026-10-05\n", 1),
]  # fmt: skip


def quarantined(home: Path) -> pd.DataFrame:
    parts = sorted((home / "store" / "quarantine").glob("*.parquet"))
    columns = ["source_file", "source_row", "rules_broken", "raw"]
    return pd.concat([pd.read_parquet(part) for part in parts] or [pd.DataFrame(columns=columns)])


def added(home: Path, *paths: Path | str) -> Load:
    """The record of one load, whose rows close."""
    load = add_files(Home(home), list(paths), load_profile("contract"), lambda *_: None).load
    assert load is not None
    assert load.closes
    return load


def is_refused(home: Path, message: str, *paths: Path | str) -> None:
    before = Home(home).current_id()
    with pytest.raises(RefusalLensError) as caught:
        added(home, *paths)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert Home(home).current_id() == before


@pytest.mark.parametrize("bad", BAD, ids=[f"{bad.number} {bad.what}" for bad in BAD])
def test_a_bad_file_is_mended_kept_out_by_the_line_or_refused(home: Path, tmp_path: Path, bad: Bad) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.bytes)
    if bad.refused:
        is_refused(home, bad.refused, path)
        return
    load = added(home, path)
    kept_out = quarantined(home)
    malformed = kept_out[kept_out["rules_broken"] == MALFORMED].sort_values("source_row")

    assert (load.loaded, load.duplicates, load.quarantined) == (bad.loaded, bad.duplicates, len(bad.kept_out))
    assert load.fixed == {fix.value: times for fix, times in bad.fixes.items()}
    assert malformed["source_row"].tolist() == [line for line, _ in bad.kept_out]
    for raw, (_, start) in zip(malformed["raw"], bad.kept_out, strict=True):
        assert raw.startswith(start)


def test_every_verdict_of_the_catalogue_about_text_is_here() -> None:
    assert {bad.number for bad in BAD} == set(range(1, 28))


def test_every_fix_has_its_words() -> None:
    assert list(load_fixes()) == [fix.value for fix in Fix]
