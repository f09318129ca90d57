"""Many readers at once, each in a session of its own: how long a run takes them, and what a session weighs.

One process or two, each reader always with the same, as behind the proxy of `docs/many_readers.md`.
Part of `make bench-ui`. Speaks Streamlit's own protocol, without a browser: what is measured is the server.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench_tables import KILOBYTES, console
from browsing import process_of
from rich.table import Table
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from etl.snapshot import Snapshot, open_snapshot

CROWDS = ((1, 10), (1, 50), (2, 50))
"""Processes and sessions."""
THINKING, RUNS, FILLING = 2.0, 10, 150
"""Seconds between two runs, runs of each session, and runs before that fill what all sessions share."""
FILTERED = ("region", "cause", "channel", "product", "app_version", "os")
PERIODS = ("last7", "last28", "last90", "all")
PATIENCE = 60
"""Seconds after which a run is taken as lost."""
SEED = 20261031


@dataclass
class Reader:
    """One session that asks for other filters every time."""

    connection: ClientConnection
    chance: random.Random
    snapshot: Snapshot
    seconds: list[float] = field(default_factory=list)

    async def read(self, runs: int) -> None:
        for _ in range(runs):
            await asyncio.sleep(self.chance.uniform(0.5, 1.5) * THINKING)
            self.seconds.append(await self.run(self.query()))

    def query(self) -> str:
        """As one comes back by the browser's history to an address with two filters."""
        names = self.chance.sample(FILTERED, 2)
        chosen = {name: self.chance.choice(self.snapshot.values(name)) for name in names}
        return urlencode({"period": self.chance.choice(PERIODS), **chosen})

    async def run(self, query: str) -> float:
        """Seconds from the question to the end of the run."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.is_history_navigation = True
        begun = time.perf_counter()
        await self.connection.send(asked.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not ForwardMsg.FromString(await self.connection.recv(decode=False)).HasField("script_finished"):
                pass
        return time.perf_counter() - begun


async def readers(addresses: Sequence[str], snapshot: Snapshot, sessions: int, runs: int) -> list[float]:
    """Seconds of every run of every session; the sessions take turns in choosing a process, and stay with it."""
    chance = random.Random(SEED)
    homes = [addresses[number % len(addresses)] for number in range(sessions)]
    connections = [await _connected(address, number) for number, address in enumerate(homes)]
    crowd = [Reader(one, random.Random(chance.random()), snapshot) for one in connections]
    for reader in crowd:
        await reader.run("")
    await asyncio.gather(*(reader.read(runs) for reader in crowd))
    for connection in connections:
        await connection.close()
    return [seconds for reader in crowd for seconds in reader.seconds]


async def _connected(address: str, number: int) -> ClientConnection:
    """With the cookie by which a proxy knows a reader again."""
    where, cookie = address.replace("http://", "ws://") + "/_stcore/stream", {"Cookie": f"reader={number}"}
    return await connect(where, max_size=None, origin=address, additional_headers=cookie)


async def fill(address: str, snapshot: Snapshot) -> None:
    """Ask so much that what a process remembers for all readers grows no more."""
    reader = Reader(await _connected(address, 0), random.Random(-SEED), snapshot)
    for _ in range(FILLING):
        await reader.run(reader.query())
    await reader.connection.close()


def megabytes(process: int) -> float:
    """Resident memory of a process now."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / KILOBYTES for line in lines if line.startswith("VmRSS"))


def measure(home: Path) -> Table:
    """Runs at the median, at the 95th of a hundred and at worst; the memory that all sessions together added."""
    title = f"{THINKING:.0f} s to think, other filters every time"
    columns = ("processes", "sessions", "runs", "p50 ms", "p95 ms", "worst ms", "MB a process", "MB a session")
    table = Table(*columns, title=title, title_justify="left")
    for processes, sessions in CROWDS:
        table.add_row(str(processes), str(sessions), *_measured(home, processes, sessions))
    return table


def _measured(home: Path, processes: int, sessions: int) -> tuple[str, ...]:
    snapshot = open_snapshot(home)
    with ExitStack() as served:
        addresses, numbers = zip(*(served.enter_context(process_of(home)) for _ in range(processes)), strict=True)
        for address in addresses:
            asyncio.run(fill(address, snapshot))
        before = sum(map(megabytes, numbers))
        seconds = sorted(asyncio.run(readers(addresses, snapshot, sessions, RUNS)))
        added = (sum(map(megabytes, numbers)) - before) / sessions
    p95 = seconds[round(0.95 * (len(seconds) - 1))]
    figures = (statistics.median(seconds), p95, seconds[-1])
    milliseconds = [f"{1000 * figure:.0f}" for figure in figures]
    return str(len(seconds)), *milliseconds, f"{before / processes:.0f}", f"{added:.2f}"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, required=True, help="A home with a snapshot.")
    console.print(measure(arguments.parse_args().home))
