"""Sums the attempts of a build: a large one chunk by chunk, each kept as files of the home until the snapshot is live.

A build that is killed leaves the chunks that are done, and the next one goes on from there.
"""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from etl import duck
from etl.filling import sliced
from etl.home import Home
from etl.manifest import Part, check_contents
from etl.rollups import BESIDE, COUNTED, ROLLUPS

CONTENTS = "contents.json"
"""Names the files of a chunk with their hashes; it is written last."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Chunk:
    """Some days' parts, and the folder that keeps their sums, named after the contents of the parts and the models."""

    parts: tuple[Part, ...]
    folder: Path

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def is_done(self) -> bool:
        """Whether the sums lie there as they were written."""
        try:
            digests: dict[str, str] = json.loads((self.folder / CONTENTS).read_text(encoding="utf-8"))
            return all(duck.sha256(self.folder / name) == digest for name, digest in digests.items())
        except (OSError, ValueError, AttributeError):
            return False


def chunks_of(home: Home, parts: Sequence[Part], version: str) -> list[Chunk]:
    """The parts in the order of days; `version` is that of the models."""
    attempts: Counter[str] = Counter()
    by_day: dict[str, list[Part]] = {}
    for part in parts:
        attempts[part.day] += part.rows
        by_day.setdefault(part.day, []).append(part)
    held = [[part for day in days for part in by_day[day]] for days in sliced(attempts)]
    return [Chunk(tuple(some), home.sums / _key(version, some)) for some in held]


def _key(version: str, parts: Sequence[Part]) -> str:
    return hashlib.sha256("|".join([version, *(part.sha256 for part in parts)]).encode()).hexdigest()[:16]


def make_sums(connection: duck.Connection, home: Home, parts: Sequence[Part], rollups: Sequence[str]) -> None:
    """Sum these parts, which are read whole once before, into tables of the connection."""
    check_contents(home.root, parts)
    duck.open_parts(connection, "attempts", [home.root / part.path for part in parts])
    run_models(connection, rollups)


def run_models(connection: duck.Connection, rollups: Sequence[str]) -> None:
    """The sums of the relation `attempts`; a rollup that is not wanted can be asked for all the same."""
    duck.make_view(connection, "rollups", COUNTED)
    for name in (*ROLLUPS, *BESIDE):
        make = duck.make if name in (*rollups, *BESIDE) else duck.make_view
        make(connection, "rollups", name)


def open_sums(
    connection: duck.Connection, home: Home, chunks: Sequence[Chunk], rollups: Sequence[str], progress: Progress
) -> None:
    """Sum every chunk that is not done yet, and lay views over the sums of all."""
    clear(home, but=[chunk.folder for chunk in chunks])
    done, total = 0, sum(chunk.bytes for chunk in chunks)
    for chunk in chunks:
        progress(done, total)
        if not chunk.is_done:
            _keep_sums(home, chunk, rollups)
        done += chunk.bytes
    for name in (*rollups, *BESIDE):
        duck.open_parts(connection, name, [chunk.folder / f"{name}.parquet" for chunk in chunks])


def _keep_sums(home: Home, chunk: Chunk, rollups: Sequence[str]) -> None:
    """Write the sums of a chunk, whole or not at all."""
    shutil.rmtree(chunk.folder, ignore_errors=True)
    with duck.staging_folder(home.sums) as staging, duck.workbench(home.root) as connection:
        make_sums(connection, home, chunk.parts, rollups)
        written = staging / chunk.folder.name
        written.mkdir()
        files = {f"{name}.parquet": name for name in (*rollups, *BESIDE)}
        for file, name in files.items():
            duck.write_rows(connection, name, written / file)
        digests = {file: duck.sha256(written / file) for file in files}
        (written / CONTENTS).write_text(json.dumps(digests), encoding="utf-8")
        written.rename(chunk.folder)


def clear(home: Home, but: Sequence[Path] = ()) -> None:
    """Remove the sums that were kept, except in some folders."""
    for folder in home.sums.glob("*"):
        if folder not in but:
            shutil.rmtree(folder)
    if not but:
        shutil.rmtree(home.sums, ignore_errors=True)
