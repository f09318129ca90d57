"""Several processes write the days of a world: each a run of its own, then half of what another one has left."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Self

from etl.errors import InvalidValue
from synthetic_data.day_files import DayFile, Order, write_in_a_row

AHEAD = 2
"""Days that a process knows of: one to make while the other is written."""


class Shares:
    """Days in a row for each process, because a day alone costs its predecessor as well."""

    def __init__(self, days: Sequence[date], processes: int) -> None:
        each = -(-len(days) // processes)
        self._runs = [list(days[number * each : (number + 1) * each]) for number in range(processes)]

    def next(self, process: int) -> date | None:
        if not self._runs[process]:
            longest = max(self._runs, key=len)
            half = len(longest) // 2
            self._runs[process], longest[half:] = longest[half:], []
        return self._runs[process].pop(0) if self._runs[process] else None


@dataclass
class Worker:
    """A process, and the way to talk to it."""

    process: BaseProcess
    mail: Connection
    days_under_way: int = 0
    is_needed: bool = True

    def tell(self, day: date | None) -> None:
        """The next day, or that there is none."""
        if self.is_needed:
            self.mail.send(day)
            self.is_needed = day is not None
            self.days_under_way += self.is_needed

    def hear(self) -> DayFile:
        answer = self.mail.recv()
        if isinstance(answer, OSError):
            raise answer
        self.days_under_way -= 1
        file: DayFile = answer
        return file


class Crew:
    """This process and as many others as are wanted. Those start while their world is still being made."""

    def __init__(self, processes: int) -> None:
        self._workers = [_started() for _ in range(processes - 1)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def files(self, order: Order, days: Sequence[date]) -> Generator[DayFile]:
        """Every day as soon as it is on disk, in any order; when nobody asks any longer, nobody works any longer."""
        try:
            yield from self._files(order, Shares(days, 1 + len(self._workers)))
        except (EOFError, ConnectionError) as problem:
            raise InvalidValue("a process of --jobs was ended from outside; the same command goes on") from problem
        finally:
            self.end()

    def end(self) -> None:
        """At once: what is half written has no final name yet."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()

    def _files(self, order: Order, shares: Shares) -> Iterator[DayFile]:
        for number, worker in enumerate(self._workers):
            worker.mail.send(order)
            for _ in range(AHEAD):
                worker.tell(shares.next(number))
        for file in write_in_a_row(order, iter(lambda: shares.next(len(self._workers)), None)):
            yield file
            yield from self._heard(shares, seconds=0)
        while any(worker.days_under_way for worker in self._workers):
            yield from self._heard(shares, seconds=None)

    def _heard(self, shares: Shares, seconds: float | None) -> Iterator[DayFile]:
        """What the others have finished; each is told its next day."""
        busy = {worker.mail: number for number, worker in enumerate(self._workers) if worker.days_under_way}
        for number in (busy[mail] for mail in wait(list(busy), seconds) if isinstance(mail, Connection)):
            yield self._workers[number].hear()
            self._workers[number].tell(shares.next(number))


def _started() -> Worker:
    """A process of its own that hears nothing of Ctrl-C: whoever started it ends it."""
    mail, other_end = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(other_end,), daemon=True)
    with _deaf():
        process.start()
    other_end.close()
    return Worker(process, mail)


@contextmanager
def _deaf() -> Iterator[None]:
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(mail: Connection) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        for file in write_in_a_row(mail.recv(), iter(mail.recv, None)):
            mail.send(file)
    except OSError as problem:
        mail.send(problem)


def _end_with_parent() -> None:
    """A worker whose parent was killed must not write on: another run may have the home by then."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
