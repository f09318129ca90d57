"""Writes a text file anew for DuckDB: UTF-8, in pieces, with every record behind the number of its line.

Lines that may all be rows are first left without numbers, which costs next to nothing: DuckDB must then find one row in
each. Where it does not, they are numbered after all, and what does not split is kept apart with its line and text, so
that DuckDB has nothing to guess, to drop or to number. Memory stays bounded however large a file is.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from etl.catalogue.fixes import Fix
from etl.dialects import Dialect
from etl.encodings import GB18030, UTF_8, decodes, file_encoding, text_pieces
from etl.line_blocks import LineBlocks
from etl.magic import BYTE_ORDER_MARK
from etl.plain import is_visible, times
from etl.records import Foreign, Records

NUL, END_MARK, LINE_FEED = b"\0", b"\x1a", b"\n"
INVISIBLE = re.compile(rb"\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa9])|\xef\xbb\xbf")


NUMBER_BYTES = 8
"""What the number of a line adds to it, written or not."""
AT_ONCE = 1_000_000
"""Bytes of lines that are numbered at once."""


@dataclass(frozen=True)
class Staged:
    """One piece of a file: what of it is written, as what columns, what is kept apart, what was mended.

    `lines`: the first and the last one where they stand as they are; `numbered` writes the piece once more, as records.
    """

    path: Path
    dialect: Dialect
    delimiter: str
    malformed: tuple[tuple[int, str], ...]
    fixes: Counter[str]
    lines: tuple[int, int] | None
    numbered: "Callable[[], Staged]"


def stage(source: Path, dialect: Dialect, folder: Path, largest: int) -> Iterator[Staged]:
    """The file in pieces of about `largest` bytes, each there until the next is asked for."""
    records, cleaner, number, is_done = Records(dialect), _Cleaner(source, dialect), 0, False
    while not is_done:
        number += 1
        piece = _Piece(folder / f"piece-{number}", records)
        is_done = piece.fill(cleaner, largest)
        yield piece.as_it_stands() if piece.may_stand else piece.numbered()
        piece.close()


@dataclass
class _Piece:
    """Lines of a file that are written together; `foreign` are those among them that are not in its encoding."""

    path: Path
    records: Records
    lines: int = 0
    foreign: set[int] = field(default_factory=set)
    fixes: Counter[str] = field(default_factory=Counter)
    may_stand: bool = False
    is_last: bool = False
    is_numbered: bool = False

    def fill(self, cleaner: "_Cleaner", largest: int) -> bool:
        """Write lines until there are enough; whether the file came to its end."""
        self.may_stand, written, self.is_last = self.records.is_between_records, 0, True
        with open(self.path, "wb", opener=_for_the_owner) as file:
            for text, foreign in cleaner:
                self._note(text, foreign)
                file.write(text)
                written += len(text) + NUMBER_BYTES * times(LINE_FEED, text)
                if written >= largest:
                    self.is_last = False
                    break
        self.fixes, cleaner.fixes = cleaner.fixes, Counter()
        return self.is_last

    def _note(self, text: bytes, foreign: list[int]) -> None:
        self.foreign |= {self.lines + place for place in foreign}
        self.may_stand = self.may_stand and not foreign and self.records.may_each_be_one(text)
        self.lines += times(LINE_FEED, text)

    def as_it_stands(self) -> Staged:
        first = self.records.last_line + 1
        lines = (first, first + self.lines - 1)
        return Staged(self.path, self.records.dialect, self.records.delimiter, (), +self.fixes, lines, self.numbered)

    def numbered(self) -> Staged:
        """The records behind the numbers of their lines. One that is open at the end goes on in the next piece."""
        records, path, self.is_numbered = self.records, self.path.with_suffix(".numbered"), True
        with open(path, "wb", opener=_for_the_owner) as file:
            for lines, is_clean in self._again():
                records.take(lines, is_clean=is_clean)
                file.write(records.handed_over())
            if self.is_last:
                records.finish()
            file.write(records.handed_over())
        fixes = +(self.fixes + Counter({Fix.BLANK_LINES.value: records.blank_lines}))
        malformed = tuple(records.malformed)
        records.blank_lines, records.malformed = 0, []
        self.path.unlink()
        self.path = path
        return Staged(path, records.dialect, records.delimiter, malformed, fixes, None, self.numbered)

    def _again(self) -> Iterator[tuple[list[bytes], bool]]:
        """The lines that were written, and whether all of them could be read."""
        done = 0
        with self.path.open("rb") as file:
            while ended := file.readlines(AT_ONCE):
                lines = [line[:-1] for line in ended]
                strange = [place for place in range(len(lines)) if done + place in self.foreign] if self.foreign else []
                for place in strange:
                    lines[place] = Foreign(lines[place])
                yield lines, not strange
                done += len(lines)

    def close(self) -> None:
        if not self.is_numbered:
            self.records.last_line += self.lines
        self.path.unlink(missing_ok=True)


def _for_the_owner(path: str, flags: int) -> int:
    """What is staged is as it came: nobody else may read it, also where a killed run left it."""
    return os.open(path, flags, 0o600)


class _Cleaner:
    """The lines of a file in UTF-8 without what nobody can see; `fixes` counts what was changed."""

    def __init__(self, source: Path, dialect: Dialect) -> None:
        self.encoding, self.is_without_foreign = file_encoding(source)
        content, wide = text_pieces(source)
        self.blocks = LineBlocks(content, source.name)
        self.fixes: Counter[str] = Counter(dialect.fixes)
        self.fixes.update([Fix.GB18030.value] if self.encoding == GB18030 else [])
        self.fixes.update([Fix.UTF_16.value] if wide else [])
        self.lines = self._all_lines()

    def __iter__(self) -> Iterator[tuple[bytes, list[int]]]:
        """Lines, and which of them are not in the encoding of the file; goes on where the last reader stopped."""
        return self.lines

    def _all_lines(self) -> Iterator[tuple[bytes, list[int]]]:
        is_first = True
        for block in self.blocks:
            if is_first and block.startswith(BYTE_ORDER_MARK):
                block = block.removeprefix(BYTE_ORDER_MARK)
                self.fixes[Fix.BYTE_ORDER_MARK] += 1
            is_first = False
            yield self._cleaned(block)
        if self.blocks.are_made_alike:
            self.fixes[Fix.LINE_ENDS] += 1

    def _cleaned(self, block: bytes) -> tuple[bytes, list[int]]:
        block = self._without_controls(block)
        if block.isascii():
            return block, []
        if self.encoding == UTF_8 and self.is_without_foreign:
            return self._visible(block), []
        if decodes(block, self.encoding):
            return self._visible(self._as_utf_8(block)), []
        lines = [self._cleaned_line(line) for line in block.split(LINE_FEED)[:-1]]
        foreign = [place for place, line in enumerate(lines) if isinstance(line, Foreign)]
        return LINE_FEED.join([*lines, b""]), foreign

    def _cleaned_line(self, line: bytes) -> bytes:
        if not decodes(line, self.encoding):
            return Foreign(line)
        return self._visible(self._as_utf_8(line))

    def _as_utf_8(self, text: bytes) -> bytes:
        return text if self.encoding == UTF_8 else text.decode(self.encoding).encode(UTF_8)

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
        if is_visible(text):
            return text
        text, removed = INVISIBLE.subn(b"", text)
        self.fixes.update(+Counter({Fix.INVISIBLE.value: removed}))
        return text
