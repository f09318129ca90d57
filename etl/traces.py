"""Writers that leave a home as it was: a trial always, a load or build that publishes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from etl.errors import DamagedSnapshot
from etl.home import Home
from etl.lock import writing
from etl.publish import clear


@contextmanager
def trying(home: Home) -> Iterator[None]:
    """Keeps other writers out; at the end nothing is in the home that was not there before."""
    before = _before(home)
    with writing(home, "a trial"):
        try:
            yield
        finally:
            _undo(home, before)


@contextmanager
def publishing(home: Home, what: str = "load or build") -> Iterator[None]:
    """Keeps other writers out; where it fails before anything is live, nothing new is left."""
    before = _before(home)
    with writing(home, what):
        try:
            yield
        except BaseException:
            _undo(home, before)
            raise


@dataclass(frozen=True)
class _Before:
    """What was live, and which of the files and folders that a writer makes there were."""

    live: bytes
    present: frozenset[Path]


def _before(home: Home) -> _Before:
    return _Before(_live(home), frozenset(path for path in _made_by_writers(home) if path.exists()))


def _undo(home: Home, before: _Before) -> None:
    """The lock goes while it is held: who waits for it finds that it is gone, see `etl.lock`."""
    if _live(home) != before.live:
        return
    with suppress(DamagedSnapshot):
        clear(home)
    for path in sorted({*_made_by_writers(home)} - before.present, key=lambda path: -len(path.parts)):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def _made_by_writers(home: Home) -> list[Path]:
    root = home.root.absolute()
    own = [home.lock, home.hash_key, home.store, home.snapshots, *home.store.glob("*"), *home.store.glob("*/*/")]
    return [*(path.absolute() for path in own), root, *root.parents]


def _live(home: Home) -> bytes:
    return home.current.read_bytes() if home.current.exists() else b""
