"""In which encoding a text file is written: UTF-8 before GB18030, as most of its lines say; others are refused."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from etl.errors import UnreadableInput
from etl.line_blocks import LineBlocks
from etl.magic import UTF_16, wide_encoding
from etl.unpacking import pieces

UTF_8, GB18030 = "utf-8", "gb18030"
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
SAMPLE = 200_000
"""Bytes of strange lines that a guess looks at."""
USUAL = 0.6
"""The share of a Chinese text that is in GB 2312 at least; another encoding read as GB18030 has far less."""
KOREAN_LEADS = range(0xB0, 0xC9)
ENOUGH = 12
"""Different characters from which on Korean text can be told from Chinese."""
ALONE = 10
"""One line in so many may be of another encoding than its file; it is kept out. More, and the file is refused."""
KANA, HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\uac00-\ud7a3]")


@dataclass
class Votes:
    """How many lines with more than ASCII are in each encoding, and some bytes of those that are not UTF-8."""

    lines: int = 0
    utf_8: int = 0
    gb18030: int = 0
    neither: int = 0
    strange: bytearray = field(default_factory=bytearray)

    def count(self, block: bytes) -> None:
        lines = block.count(b"\n")
        self.lines += lines
        if block.isascii():
            return
        if decodes(block, UTF_8):
            self.utf_8 += lines
            return
        for line in block.split(b"\n"):
            if not line.isascii():
                self._count_line(line)

    def _count_line(self, line: bytes) -> None:
        if decodes(line, UTF_8):
            self.utf_8 += 1
            return
        if len(self.strange) < SAMPLE:
            self.strange += line + b"\n"
        if decodes(line, GB18030):
            self.gb18030 += 1
        else:
            self.neither += 1

    def encoding(self, file_name: str) -> str:
        """The one for the whole file; lines that are not in it are kept out."""
        foreign = self.gb18030 + self.neither
        if self.gb18030 > max(self.utf_8, self.neither) and _is_chinese(bytes(self.strange)):
            return GB18030
        if foreign > self.utf_8 and foreign * ALONE > self.lines:
            looks_like = _guess(bytes(self.strange))
            raise UnreadableInput(
                f"{file_name} is neither UTF-8 nor GB18030; it looks like {looks_like}; save it as UTF-8"
            )
        return UTF_8


def decodes(text: bytes, encoding: str) -> bool:
    """Whether the text is in the encoding, without characters that only one firm's fonts know."""
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return encoding == UTF_8 or not PRIVATE_USE.search(decoded)


def text_pieces(path: Path) -> tuple[Iterable[bytes], str | None]:
    """The content as UTF-8 or GB18030, and which UTF-16 it was before, if it was."""
    start = next(iter(pieces(path)), b"")
    wide = wide_encoding(start[:SAMPLE])
    return (_narrowed(path, wide), wide) if wide else (pieces(path), None)


def file_encoding(path: Path) -> tuple[str, bool]:
    """What all lines of a file together say, and whether each is known to be in it; the whole file is read.

    UTF-16 is told apart before.
    """
    content, wide = text_pieces(path)
    if wide:
        return UTF_8, False
    votes = Votes()
    for block in LineBlocks(content, path.name):
        votes.count(block)
    return votes.encoding(path.name), votes.gb18030 == votes.neither == 0


def decoded_start(start: bytes) -> str:
    """The beginning of a file as text, whatever cannot be read in it replaced."""
    if wide := wide_encoding(start):
        return start.decode(wide, "replace").lstrip("\ufeff")
    votes = Votes()
    votes.count(start)
    encoding = GB18030 if votes.gb18030 > votes.utf_8 else UTF_8
    return start.decode(encoding, "replace").lstrip("\ufeff")


def _narrowed(path: Path, wide: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(wide)("surrogatepass")
    content = iter(pieces(path))
    try:
        first = next(content)
        yield decoder.decode(first[2:] if first[:2] in UTF_16 else first).encode(UTF_8, "surrogatepass")
        for piece in content:
            yield decoder.decode(piece).encode(UTF_8, "surrogatepass")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        raise UnreadableInput(f"{path.name} cannot be read: its UTF-16 is damaged; fetch it again") from problem


def _is_chinese(text: bytes) -> bool:
    """Whether text that is valid GB18030 is likely to have been meant so."""
    characters = [character for character in text.decode(GB18030, "ignore") if ord(character) > 127]
    usual = len("".join(characters).encode("gb2312", "ignore")) // 2
    leads = {character: character.encode(GB18030)[0] for character in set(characters)}
    is_korean = len(leads) >= ENOUGH and all(lead in KOREAN_LEADS for lead in leads.values())
    return usual >= USUAL * len(characters) and not is_korean


def _guess(text: bytes) -> str:
    """What a reader of the message may look for; never used to read anything."""
    for encoding, name, sign in (("shift_jis", "Shift-JIS", KANA), ("euc_kr", "EUC-KR", HANGUL)):
        if _share(text, encoding, sign) > 0.2:
            return name
    return "Big5" if decodes(text, "big5") else "windows-1252 (western European)"


def _share(text: bytes, encoding: str, sign: re.Pattern[str]) -> float:
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    strange = sum(ord(character) > 127 for character in decoded)
    return len(sign.findall(decoded)) / strange if strange else 0.0
