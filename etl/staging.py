"""Writes a text file anew for DuckDB: UTF-8, one record after the other, each behind the number of its line.

What does not split is kept apart with its line and text, so that DuckDB has nothing to guess, to drop or to number.
Files are read and written in pieces: memory stays bounded however large they are.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.catalogue.fixes import Fix
from etl.dialects import Dialect
from etl.encodings import GB18030, UTF_8, decodes, file_encoding, text_pieces
from etl.line_blocks import LineBlocks
from etl.magic import BYTE_ORDER_MARK
from etl.records import Foreign, Records

NUL, END_MARK, LINE_FEED = b"\0", b"\x1a", b"\n"
INVISIBLE = re.compile(rb"\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa9])|\xef\xbb\xbf")
INVISIBLE_LEADS = (b"\xe2\x80", b"\xe2\x81", BYTE_ORDER_MARK)


@dataclass(frozen=True)
class Staged:
    """One piece of a file: what of it is written, as what columns, what is kept apart, what was mended."""

    path: Path
    dialect: Dialect
    delimiter: str
    rows: int
    malformed: tuple[tuple[int, str], ...]
    fixes: Counter[str]


def stage(source: Path, dialect: Dialect, folder: Path, largest: int) -> Iterator[Staged]:
    """The file in pieces of about `largest` bytes, each there until the next is asked for."""
    records, cleaner, number, is_done = Records(dialect), _Cleaner(source, dialect), 0, False
    while not is_done:
        number += 1
        path = folder / f"piece-{number}"
        is_done = _write_piece(path, records, cleaner, largest)
        yield _staged(path, records, cleaner)
        path.unlink(missing_ok=True)


def _write_piece(path: Path, records: Records, cleaner: "_Cleaner", largest: int) -> bool:
    """Write records until there are enough; whether the file came to its end."""
    written = 0
    with open(path, "wb", opener=_for_the_owner) as file:
        for lines, is_clean in cleaner:
            records.take(lines, is_clean=is_clean)
            written += file.write(records.handed_over())
            if written >= largest:
                return False
        records.finish()
        file.write(records.handed_over())
    return True


def _for_the_owner(path: str, flags: int) -> int:
    """What is staged is as it came: nobody else may read it, also where a killed run left it."""
    return os.open(path, flags, 0o600)


def _staged(path: Path, records: Records, cleaner: "_Cleaner") -> Staged:
    fixes = +(cleaner.fixes + Counter({Fix.BLANK_LINES.value: records.blank_lines}))
    staged = Staged(path, records.dialect, records.delimiter, records.rows, tuple(records.malformed), fixes)
    records.rows, records.blank_lines, records.malformed = 0, 0, []
    cleaner.fixes = Counter()
    return staged


class _Cleaner:
    """The lines of a file in UTF-8 without what nobody can see; `fixes` counts what was changed."""

    def __init__(self, source: Path, dialect: Dialect) -> None:
        self.encoding = file_encoding(source)
        content, wide = text_pieces(source)
        self.blocks = LineBlocks(content, source.name)
        self.fixes: Counter[str] = Counter(dialect.fixes)
        self.fixes.update([Fix.GB18030.value] if self.encoding == GB18030 else [])
        self.fixes.update([Fix.UTF_16.value] if wide else [])
        self.lines = self._all_lines()

    def __iter__(self) -> Iterator[tuple[list[bytes], bool]]:
        """Goes on where the last reader stopped."""
        return self.lines

    def _all_lines(self) -> Iterator[tuple[list[bytes], bool]]:
        is_first = True
        for block in self.blocks:
            if is_first and block.startswith(BYTE_ORDER_MARK):
                block = block.removeprefix(BYTE_ORDER_MARK)
                self.fixes[Fix.BYTE_ORDER_MARK] += 1
            is_first = False
            yield self._cleaned(block)
        if self.blocks.are_made_alike:
            self.fixes[Fix.LINE_ENDS] += 1

    def _cleaned(self, block: bytes) -> tuple[list[bytes], bool]:
        """The lines of a block, and whether all of them could be read."""
        block = self._without_controls(block)
        if block.isascii():
            return block.split(LINE_FEED)[:-1], True
        if decodes(block, self.encoding):
            text = block if self.encoding == UTF_8 else block.decode(self.encoding).encode(UTF_8)
            return self._visible(text).split(LINE_FEED)[:-1], True
        return [self._cleaned_line(line) for line in block.split(LINE_FEED)[:-1]], False

    def _cleaned_line(self, line: bytes) -> bytes:
        if not decodes(line, self.encoding):
            return Foreign(line)
        return self._visible(line.decode(self.encoding).encode(UTF_8))

    def _without_controls(self, block: bytes) -> bytes:
        if NUL in block:
            self.fixes[Fix.NUL] += block.count(NUL)
            block = block.replace(NUL, b"")
        if block.endswith(END_MARK + LINE_FEED):
            self.fixes[Fix.END_MARK] += 1
            text = block.rstrip(END_MARK + LINE_FEED)
            block = text + LINE_FEED if text else b""
        return block

    def _visible(self, text: bytes) -> bytes:
        if not any(lead in text for lead in INVISIBLE_LEADS):
            return text
        text, removed = INVISIBLE.subn(b"", text)
        self.fixes.update(+Counter({Fix.INVISIBLE.value: removed}))
        return text
