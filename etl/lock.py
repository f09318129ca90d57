"""One writer at a time in a home: a lock of the operating system, which ends with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TextIO

from etl.errors import InvalidValue
from etl.home import Home


@contextmanager
def writing(home: Home, what: str = "load or build") -> Iterator[None]:
    """Keeps every other writer out of the home; `InvalidValue` at once, naming it, where one is in there."""
    with _taken(home) as lock:
        since = datetime.now().astimezone().isoformat(" ", "seconds")
        _sign(lock, f"{what} is writing to {home.root} (process {os.getpid()}, since {since})")
        try:
            yield
        finally:
            lock.truncate(0)


def _taken(home: Home) -> TextIO:
    """The lock, which is ours. A writer that leaves nothing removes it: then the file that was opened is no lock."""
    while True:
        lock = _opened(home)
        try:
            _take(lock, home)
        except BaseException:
            lock.close()
            raise
        if home.lock.exists() and os.path.samestat(os.fstat(lock.fileno()), home.lock.stat()):
            return lock
        lock.close()


def _opened(home: Home) -> TextIO:
    """Not emptied yet: it may hold the name of another process."""
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        return home.lock.open("a+", encoding="utf-8", errors="replace")
    except OSError as problem:
        raise InvalidValue(f"cannot write to {home.root}: {problem.strerror}; give another --home") from problem


def _take(lock: TextIO, home: Home) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        lock.seek(0)
        owner = lock.readline().strip() or f"process is writing to {home.root}"
        raise InvalidValue(f"another {owner}; wait for it and run this again") from problem


def _sign(lock: TextIO, owner: str) -> None:
    lock.truncate(0)
    lock.write(f"{owner}\n")
    lock.flush()
