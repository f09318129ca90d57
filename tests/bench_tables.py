"""What the benchmarks share: a stretch of work with its time and memory, commands run to their end, tables."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import PIPE

from rich.console import Console
from rich.table import Table
from streamlit import logger

KILOBYTES = 1024
"""In a megabyte; Linux counts memory in them."""
console = Console(width=110)
logger.set_log_level("ERROR")
"""Streamlit warns of every answer without a reader."""


@dataclass(frozen=True)
class Timed:
    what: str
    rows: int
    seconds: float
    megabytes: int | None = None
    """Resident memory of the largest process at its peak, where that was measured."""
    cpu: float | None = None
    """Seconds of one core, where they were counted: on a machine that does something else, too, they tell more."""

    @property
    def speed(self) -> str:
        return f"{self.rows / self.seconds:,.0f}"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(title: str, rows: list[Timed], beside: Timed) -> None:
    has_memory = any(row.megabytes for row in rows)
    more = ("CPU s", "peak MB") if has_memory else ()
    columns = ("", "rows", "seconds", "rows/s", f"rows/s of {beside.what} ÷", *more)
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        slower = beside.rows / beside.seconds * row.seconds / row.rows
        memory = (f"{row.cpu:.1f}" if row.cpu else "", str(row.megabytes or "")) if has_memory else ()
        table.add_row(row.what, f"{row.rows:,}", f"{row.seconds:.2f}", row.speed, f"{slower:.2f}", *memory)
    console.print(table)


OUT_OF_TIME = 124
"""What `timeout` ends with."""


class Failed(Exception):
    """A command that did not end well."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__("ran out of time" if code == OUT_OF_TIME else f"failed with {code}: {said}")


WATCH = """
import os, sys
nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, used = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=nowhere), 0)
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a command from a small process: Linux counts the memory of the process that starts another one as its."""


@dataclass(frozen=True)
class Ran:
    """What a command took: seconds, megabytes of its largest process, seconds of one core."""

    seconds: float
    megabytes: int
    cpu: float

    def of(self, what: str, rows: int) -> Timed:
        return Timed(what, rows, self.seconds, self.megabytes, self.cpu)


def ran(command: list[str]) -> Ran:
    """A command run to its end. Raises `Failed`."""
    start = time.perf_counter()
    watched = [sys.executable, "-S", "-c", WATCH, *command]
    with subprocess.Popen(watched, stdout=PIPE, stderr=PIPE, text=True, start_new_session=True) as run:
        try:
            told, said = run.communicate()
        except BaseException:
            os.killpg(run.pid, signal.SIGTERM)
            raise
    if run.returncode:
        raise Failed(run.returncode, said.strip().splitlines()[-1] if said.strip() else " ".join(command))
    kilobytes, cpu = told.split()
    return Ran(time.perf_counter() - start, int(kilobytes) // KILOBYTES, float(cpu))
