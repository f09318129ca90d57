"""Bytes as blocks of whole lines that all end in a line feed, however the file ends its lines."""

from collections.abc import Iterable, Iterator

from etl.errors import UnreadableInput

LONGEST_LINE = 16_000_000
"""What is longer without an end is no log; a line that is only too long for a row is kept out alone."""
LINE_FEED, RETURN, BOTH = b"\n", b"\r", b"\r\n"


class LineBlocks:
    """Iterates over the blocks; afterwards `kinds` says how the lines of the file ended."""

    def __init__(self, pieces: Iterable[bytes], file_name: str) -> None:
        self.pieces = pieces
        self.file_name = file_name
        self.kinds: set[bytes] = set()

    @property
    def are_made_alike(self) -> bool:
        return RETURN in self.kinds or len(self.kinds) > 1

    def __iter__(self) -> Iterator[bytes]:
        rest = b""
        for piece in self._with_line_feeds():
            end = piece.rfind(LINE_FEED) + 1
            if end:
                yield rest + piece[:end]
                rest = piece[end:]
            else:
                rest += piece
            self._check_length(rest)
        if rest:
            yield rest + LINE_FEED

    def _with_line_feeds(self) -> Iterator[bytes]:
        held = b""
        for piece in self.pieces:
            whole = held + piece
            held = RETURN if whole.endswith(RETURN) else b""
            yield self._alike(whole[:-1] if held else whole)
        if held:
            yield self._alike(held)

    def _alike(self, piece: bytes) -> bytes:
        if RETURN not in piece:
            self.kinds |= {LINE_FEED} if LINE_FEED in piece else set()
            return piece
        pairs, returns, feeds = piece.count(BOTH), piece.count(RETURN), piece.count(LINE_FEED)
        found = {BOTH: pairs, RETURN: returns - pairs, LINE_FEED: feeds - pairs}
        self.kinds |= {kind for kind, times in found.items() if times}
        return piece.replace(BOTH, LINE_FEED).replace(RETURN, LINE_FEED)

    def _check_length(self, rest: bytes) -> None:
        if len(rest) > LONGEST_LINE:
            raise UnreadableInput(
                f"{self.file_name} has a line of more than {LONGEST_LINE:,} bytes; a log has one attempt on each line"
            )
