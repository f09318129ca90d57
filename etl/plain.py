"""Whether a text file can be read by DuckDB as it stands, looked up in one fast pass over its bytes."""

import re
from pathlib import Path

import numpy as np

from etl.magic import BYTE_ORDER_MARK
from etl.unpacking import pieces

LINE_FEED = 10
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
        feeds += int(np.count_nonzero(np.frombuffer(piece, np.uint8) == LINE_FEED))
        if b"\r" in piece or before.endswith(b"\r"):
            returns += piece.count(b"\r")
            pairs += piece.count(b"\r\n") + (before.endswith(b"\r") and piece.startswith(b"\n"))
        before = piece
    is_uniform = returns == 0 or returns == pairs == feeds
    if not is_uniform or before.endswith(b"\x1a"):
        return None
    return feeds + (not before.endswith(b"\n"))


def _needs_mending(piece: bytes) -> bool:
    if b"\0" in piece or (MARK_LEAD in piece and BYTE_ORDER_MARK in piece):
        return True
    return INVISIBLE_LEAD in piece and INVISIBLE.search(piece) is not None
