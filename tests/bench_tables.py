"""What the benchmarks share: a stretch of work with its time and memory, commands run to their end, tables."""

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

KILOBYTES = 1024
"""In a megabyte; Linux counts memory in them."""
console = Console(width=110)


@dataclass(frozen=True)
class Timed:
    what: str
    rows: int
    seconds: float
    megabytes: int | None = None
    """Resident memory of the largest process at its peak, where that was measured."""

    @property
    def speed(self) -> str:
        return f"{self.rows / self.seconds:,.0f}"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(title: str, rows: list[Timed], beside: Timed) -> None:
    has_memory = any(row.megabytes for row in rows)
    more = ("peak MB",) if has_memory else ()
    columns = ("", "rows", "seconds", "rows/s", f"rows/s of {beside.what} ÷", *more)
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        slower = beside.rows / beside.seconds * row.seconds / row.rows
        memory = (str(row.megabytes or ""),) if has_memory else ()
        table.add_row(row.what, f"{row.rows:,}", f"{row.seconds:.2f}", row.speed, f"{slower:.2f}", *memory)
    console.print(table)


def ran(command: list[str]) -> tuple[float, int]:
    """Seconds that a command took, and its largest resident memory in megabytes."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0, command
    return time.perf_counter() - start, used.ru_maxrss // KILOBYTES
