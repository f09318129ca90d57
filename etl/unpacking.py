"""The bytes of a file, unpacked and in order, in pieces of bounded size; a file that unpacks to too much is refused."""

from collections.abc import Iterator
from pathlib import Path

from etl.errors import UnreadableInput

PACKED = (".gz", ".zst")
PIECE = 1_000_000
MOST_TIMES = 100
"""No real log packs better than this …"""
FREE_BYTES = 64_000_000
"""… once so much came out that it is no accident of a small file."""


def pieces(path: Path, size: int = PIECE) -> Iterator[bytes]:
    """The unpacked content; `UnreadableInput` where it is damaged or a bomb.

    Arrow is imported where text is read: other loads start sooner without it. So is NumPy in `etl.plain`.
    """
    import pyarrow as pa

    packed = path.stat().st_size if path.suffix in PACKED else None
    done = 0
    try:
        with pa.input_stream(str(path)) as file:
            while piece := bytes(file.read(size)):
                done += len(piece)
                _check_size(path, packed, done)
                yield piece
    except OSError as problem:
        raise UnreadableInput(f"{path.name} cannot be read: {_first_line(problem)}; fetch it again") from problem


def beginning(path: Path, size: int = PIECE) -> bytes:
    """The first bytes of a file, unpacked."""
    start = b""
    for piece in pieces(path, size):
        start += piece
        if len(start) >= size:
            break
    return start[:size]


def _check_size(path: Path, packed: int | None, done: int) -> None:
    if packed is not None and done > max(FREE_BYTES, MOST_TIMES * packed):
        raise UnreadableInput(
            f"{path.name} unpacks to more than {MOST_TIMES} times its {packed:,} bytes; if that is meant, unpack it"
        )


def _first_line(problem: OSError) -> str:
    return (problem.strerror or str(problem)).splitlines()[0]
