"""The laws of the files: those that are listed are there, byte by byte, and no others; manifest and journal agree."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from etl.sources import ENDINGS
from synthetic_data.evidence.home import DayFiles, WorldFiles
from synthetic_data.evidence.laws import Ledger
from synthetic_data.room import MANIFEST

HASHES = ("sha256", "truth_sha256", "labels_sha256")

AS_LISTED = "each file holds the rows and refusals that the manifest lists"
BY_BYTE = "each file is as it was written, by its hash"
ALONE = "nothing else lies in logs/ and in the truth of days"
EACH_DAY = "the manifest lists each day of the world once, in order"
SUMMED = "the rows of all files are those of the world"
NOTED = "manifest and journal say the same of each day"


def check_files(ledger: Ledger, world: WorldFiles) -> None:
    """What can be seen before any log is read."""
    manifest, days = world.manifest, [listed.day for listed in world.manifest.days]
    expected = [manifest.first.toordinal() + number for number in range(len(days))]
    is_in_order = [day.toordinal() for day in days] == expected and days[-1:] == [manifest.last]
    is_same = manifest.files == tuple(listed.file for listed in manifest.days)
    ledger.note(EACH_DAY, (2, int(not is_in_order) + int(not is_same)))
    ledger.note(SUMMED, (1, int(manifest.rows != sum(listed.rows for listed in manifest.days))))
    strangers = list(_strangers(world))
    ledger.note(ALONE, (3, len(strangers)))
    calendar = world.home / "events.toml"
    is_written = calendar.is_file() and sha256(calendar.read_bytes()).hexdigest() == manifest.events_sha256
    ledger.note(BY_BYTE, (1, int(not is_written)))


def check_day(ledger: Ledger, world: WorldFiles, files: DayFiles) -> None:
    """Whether a day's files hold what is told of them; before any row is left out."""
    listed, noted = files.listed, world.journal.get(files.listed.day)
    found = (-1, -1) if files.rows is None else (len(files.rows), int(files.rows.is_refused.sum()))
    told = listed.rows, listed.refusals
    ledger.note(AS_LISTED, (2, sum(here != there for here, there in zip(found, told, strict=True))))
    ledger.note(NOTED, (1, int(noted is None or noted.listed != listed)))
    broken = sum(files.hashes.get(name, "") != getattr(listed, name) for name in HASHES)
    ledger.note(BY_BYTE, (len(HASHES), broken))


def _strangers(world: WorldFiles) -> Iterator[Path]:
    """What a loader would read, or a reader of the truth would take for true, and nobody lists."""
    days = [listed.day for listed in world.manifest.days]
    logs = {MANIFEST, *(listed.file for listed in world.manifest.days)}
    yield from (path for path in _others(world.home / "logs", logs) if _is_seen(path))
    yield from _others(world.truth_of(world.manifest.first).parent, {world.truth_of(day).name for day in days})
    yield from _others(world.labels_of(world.manifest.first).parent, {world.labels_of(day).name for day in days})


def _others(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    listed = frozenset(names)
    return (path for path in (folder.iterdir() if folder.is_dir() else ()) if path.name not in listed)


def _is_seen(path: Path) -> bool:
    return not path.name.startswith(".") or path.name.endswith(ENDINGS)
