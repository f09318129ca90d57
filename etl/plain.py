"""Whether a text file can be read by DuckDB as it stands, looked up in one fast pass over its bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from etl.magic import BYTE_ORDER_MARK
from etl.unpacking import pieces

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LINE_FEED = b"\n"
INVISIBLE = re.compile(rb"\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa9])")
INVISIBLE_LEAD, MARK_LEAD = b"\xe2", b"\xef"
SEAM = 2
"""A character of three bytes that lies in two pieces is seen in the bytes around where they meet."""


def plain_lines(path: Path) -> int | None:
    """How many lines the file has; None where something in it must be mended, UTF-8 aside, which DuckDB checks."""
    feeds = returns = pairs = 0
    before = b""
    for piece in pieces(path):
        seam = before[-SEAM:] + piece[:SEAM]
        if _needs_mending(piece.removeprefix(BYTE_ORDER_MARK) if not before else piece) or _needs_mending(seam):
            return None
        feeds += times(LINE_FEED, piece)
        if b"\r" in piece or before.endswith(b"\r"):
            returns += piece.count(b"\r")
            pairs += piece.count(b"\r\n") + (before.endswith(b"\r") and piece.startswith(b"\n"))
        before = piece
    is_uniform = returns == 0 or returns == pairs == feeds
    if not is_uniform or before.endswith(b"\x1a"):
        return None
    return feeds + (not before.endswith(b"\n"))


def times(letter: bytes, text: bytes) -> int:
    """How often one byte is in a text."""
    import numpy as np

    return int(np.count_nonzero(_places(letter, text)))


def longest_line(lines: bytes) -> int:
    """The bytes of the longest line, with its end; each ends in a line feed."""
    import numpy as np

    ends = np.flatnonzero(_places(LINE_FEED, lines))
    return int(np.diff(ends, prepend=-1).max(initial=0))


def is_visible(text: bytes) -> bool:
    """Whether the text is without letters that nobody can see; most have not even the bytes that they begin with."""
    if MARK_LEAD in text and BYTE_ORDER_MARK in text:
        return False
    return INVISIBLE_LEAD not in text or INVISIBLE.search(text) is None


def _places(letter: bytes, text: bytes) -> npt.NDArray[np.bool_]:
    import numpy as np

    return np.equal(np.frombuffer(text, np.uint8), ord(letter))


def _needs_mending(piece: bytes) -> bool:
    return b"\0" in piece or not is_visible(piece)
