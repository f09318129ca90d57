"""The store: immutable Parquet parts named after their content. Parts are added and replaced, never changed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

from etl import duck
from etl.by_day import write_by_day
from etl.column_rules import ID
from etl.home import Home
from etl.identifiers import is_within, masked_text
from etl.manifest import ATTEMPTS, QUARANTINE, Manifest, Part, check_contents

MOST_PARTS = 8
"""Parts of one day above which they are made one: a reader pays per file."""


Extent = tuple[int, str | None, str | None]
"""The rows of a part, the least and the greatest id in it."""


@dataclass(frozen=True)
class Store:
    """Writes the parts of a home from relations of a connection, by way of a staging folder."""

    home: Home
    connection: duck.Connection
    staging: Path

    def write_days(self, relation: str) -> list[Part]:
        """The rows of a relation with a column `day`, as a part (or more) for each day."""
        files = write_by_day(self.connection, relation, self.staging / relation)
        return self._kept(ATTEMPTS, [(path, day) for day, path in files])

    def write(self, relation: str, kind: str) -> list[Part]:
        """The rows of a relation as one part that belongs to no day; none where it is empty."""
        path = self.staging / f"{relation}.parquet"
        return self._kept(kind, [(path, "")]) if duck.write_rows(self.connection, relation, path) else []

    def write_quarantine(self) -> list[Part]:
        """The rows that are kept out of the numbers, each whole and with every rule it broke.

        An id that has somebody's number in it is not kept: such a row is never known to be mended.
        """
        duck.make_quarantine(self.connection)
        return self.write_kept_out()

    def write_kept_out(self) -> list[Part]:
        """The relation `quarantine`, masked."""
        raw = masked_text(ColumnExpression("raw")).alias("raw")
        id = CaseExpression(~is_within(ColumnExpression("attempt_id")), ColumnExpression("attempt_id")).alias(
            "attempt_id"
        )
        others = StarExpression(exclude=["raw", "attempt_id"])
        self.connection.view("quarantine").select(others, raw, id).create_view("kept_out_masked")
        return self.write("kept_out_masked", QUARANTINE)

    def _kept(self, kind: str, files: list[tuple[Path, str]]) -> list[Part]:
        extents = _extents(self.connection, [path for path, _ in files]) if files else {}
        return [self._keep(path, kind, day, extents[path]) for path, day in files]

    def _keep(self, path: Path, kind: str, day: str, extent: Extent) -> Part:
        """Move a finished file to its content's name; a file of that name has that content already."""
        digest, size = duck.sha256(path), path.stat().st_size
        folder = self.home.store / kind / (f"day={day}" if day else "")
        final = folder / f"{digest[:16]}.parquet"
        folder.mkdir(parents=True, exist_ok=True)
        duck.sync(path)
        path.replace(final)
        duck.sync(folder)
        return Part(kind, day, final.relative_to(self.home.root).as_posix(), digest, size, *extent)

    def join(self, manifest: Manifest) -> Manifest:
        """The manifest with the parts of every day that has too many made one."""
        for parts in days_of_many_parts(manifest):
            check_contents(self.home.root, parts)
            duck.open_parts(self.connection, "joined", self.paths(parts))
            manifest = manifest.with_parts(self.write_days("joined"), parts)
        return manifest

    def paths(self, parts: Iterable[Part]) -> list[Path]:
        return [self.home.root / part.path for part in parts]


def days_of_many_parts(manifest: Manifest) -> list[list[Part]]:
    """The parts of each day that has too many."""
    days: defaultdict[str, list[Part]] = defaultdict(list)
    for part in manifest.of_kind(ATTEMPTS):
        days[part.day].append(part)
    return [parts for parts in days.values() if len(parts) > MOST_PARTS]


def _extents(connection: duck.Connection, paths: list[Path]) -> dict[Path, Extent]:
    """Of each file that was written; rows kept out have no id."""
    files = connection.read_parquet([str(path) for path in paths], filename=True)
    text = ColumnExpression(ID) if ID in files.columns else ConstantExpression(None).cast("varchar")
    measures = [FunctionExpression(name, text) for name in ("min", "max")]
    found = files.aggregate([ColumnExpression("filename"), FunctionExpression("count_star"), *measures])
    return {Path(name): (rows, first, last) for name, rows, first, last in found.fetchall()}
