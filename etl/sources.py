"""Reads attempt files into the landing relation: Parquet, and CSV by the names in its header, plain or gzip."""

import csv
import gzip
import zlib
from collections import Counter
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression, StarExpression

from etl.duck import MALFORMED_COLUMNS, Connection, keep_malformed, make_table, sha256
from etl.errors import UnreadableInput
from etl.manifest import LoadedFile
from etl.profile import FILE, FILE_HASH, ROW, TECHNICAL, Profile, otherwise, replaced

CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
HASH_SHOWN = 12
LONGEST_HEADER = 1_000_000
CHUNK = 1_000_000


@dataclass(frozen=True)
class Source:
    """One file to load, known by its content."""

    path: Path
    sha256: str

    @property
    def is_csv(self) -> bool:
        return self.path.name.endswith(CSV_ENDINGS)

    @property
    def facts(self) -> LoadedFile:
        return LoadedFile(self.path.name, self.path.stat().st_size, self.sha256)


def find_sources(paths: list[Path]) -> list[Source]:
    """The log files that the paths name, folders searched, in order of their names."""
    found = [file for path in paths for file in _files(path)]
    if not found:
        raise UnreadableInput(f"no .parquet or .csv file in {', '.join(map(str, paths))}")
    return [_source(path) for path in found]


def _source(path: Path) -> Source:
    try:
        return Source(path, sha256(path))
    except OSError as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem.strerror}") from problem


def land(connection: Connection, sources: list[Source], profile: Profile) -> None:
    """Make three relations of one batch (one CSV, or Parquet files of one shape).

    `source`: every column as in the files, with the technical ones (row 1 = first data row);
    `landing`: the contract's columns; `malformed` (source_file, source_row, raw): lines that do not split into columns.
    """
    read = _csv if sources[0].is_csv else _parquet
    source = read(connection, sources, profile)
    expressions = profile.landing(source.columns, sources[0].path.name)
    source.select(*expressions).create_view("landing", replace=True)


BATCH_BYTES = 12_000_000
"""About a third of a million rows of Parquet: small enough for any laptop, and the progress bar moves."""


def batches(sources: list[Source], largest: int = BATCH_BYTES) -> list[list[Source]]:
    """The sources in groups that fit in memory together; a CSV file is always alone."""
    groups: list[list[Source]] = []
    size = 0
    for source in sources:
        bytes_here = source.path.stat().st_size
        is_alone = source.is_csv or not groups or groups[-1][0].is_csv or size + bytes_here > largest
        if is_alone:
            groups.append([])
            size = 0
        groups[-1].append(source)
        size += bytes_here
    return groups


def log_files(folder: Path) -> list[Path]:
    """The files of a folder that can be loaded, in order of their names."""
    return [file for file in sorted(folder.iterdir()) if file.name.endswith((".parquet", *CSV_ENDINGS))]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return log_files(path)
    if not path.exists():
        raise UnreadableInput(f"{path} does not exist")
    if not path.name.endswith((".parquet", *CSV_ENDINGS)):
        raise UnreadableInput(f"{path}: a log file ends in .parquet, {', '.join(CSV_ENDINGS)}")
    return [path]


def _parquet(connection: Connection, sources: list[Source], profile: Profile) -> duckdb.DuckDBPyRelation:
    paths = [escape(str(source.path)) for source in sources]
    try:
        relation = connection.read_parquet(paths, filename=True, file_row_number=True, union_by_name=True)
    except duckdb.Error as problem:
        raise UnreadableInput(f"{sources[0].path.name} … cannot be read: {str(problem).splitlines()[0]}") from problem
    _check_names(relation.columns, sources[0].path.name)
    name = _name_column(sources).alias(FILE)
    row = (ColumnExpression("file_row_number") + ConstantExpression(1)).alias(ROW)
    columns = StarExpression(exclude=["filename", "file_row_number"])
    relation.select(columns, name, row, _hash_column(sources, profile)).create_view("source", replace=True)
    make_table(connection, "malformed", MALFORMED_COLUMNS, [])
    return connection.view("source")


def _name_column(sources: list[Source]) -> duckdb.Expression:
    """What a row's file is called: its name, with its folder where two files of a batch have the same one."""
    path = ColumnExpression("filename")
    if len({source.path.name for source in sources}) == len(sources):
        return FunctionExpression("parse_filename", path)
    return otherwise(replaced(path, {str(s.path): f"{s.path.parent.name}/{s.path.name}" for s in sources}), path)


def _hash_column(sources: list[Source], profile: Profile) -> duckdb.Expression:
    if not profile.uses_row_position:
        return ConstantExpression("").alias(FILE_HASH)
    hashes = {str(source.path): source.sha256[:HASH_SHOWN] for source in sources}
    return otherwise(replaced(ColumnExpression("filename"), hashes), ConstantExpression("")).alias(FILE_HASH)


def _csv(connection: Connection, sources: list[Source], profile: Profile) -> duckdb.DuckDBPyRelation:
    [source] = sources
    path = source.path
    delimiter = "\t" if ".tsv" in path.name else profile.delimiter
    try:
        relation = connection.read_csv(
            escape(str(path)),
            header=True,
            auto_detect=False,
            delimiter=delimiter,
            quotechar='"',
            escapechar='"',
            columns=dict.fromkeys(_header(path, delimiter), "varchar"),
            store_rejects=True,
        )
        numbered = relation.row_number(window_spec="over ()", projected_columns="*")
        *columns, position = numbered.columns
        name = ConstantExpression(path.name).alias(FILE)
        hashed = ConstantExpression(source.sha256[:HASH_SHOWN]).alias(FILE_HASH)
        row = ColumnExpression(position).alias(ROW)
        numbered.select(*(ColumnExpression(column) for column in columns), name, row, hashed).to_table("source")
    except duckdb.Error as problem:
        raise UnreadableInput(f"{path.name} cannot be read: {str(problem).splitlines()[0]}") from problem
    keep_malformed(connection, path.name)
    return connection.table("source")


def _header(path: Path, delimiter: str) -> list[str]:
    """The column names in a file's first line; `UnreadableInput` where there is none or one comes twice."""
    try:
        with _opened(path) as file:
            line = file.readline(LONGEST_HEADER + 1)
            _read_to_the_end(file, path)
        names = next(csv.reader([line.decode("utf-8-sig")], delimiter=delimiter, strict=True), [])
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as problem:
        raise UnreadableInput(f"{path.name} cannot be read: {problem}") from problem
    if len(line) > LONGEST_HEADER:
        raise UnreadableInput(f"{path.name}: the first line is too long to be the names of columns")
    if not names or len(set(names)) < len(names) or not all(names):
        raise UnreadableInput(f"{path.name}: the first line must name every column once; it reads {names[:8]}")
    _check_names(names, path.name)
    return names


def _read_to_the_end(file: BinaryIO, path: Path) -> None:
    """Compares a gzip file with its checksum, which DuckDB leaves out."""
    while path.suffix == ".gz" and file.read(CHUNK):
        pass


def _check_names(names: list[str], place: str) -> None:
    """A file whose columns we could not tell apart, or from our own, is refused: DuckDB's names know no case."""
    times = Counter(name.lower() for name in names)
    alike = [name for name in names if times[name.lower()] > 1]
    if alike:
        raise UnreadableInput(f"{place}: the columns {', '.join(alike[:8])} differ only in case; rename all but one")
    for name in names:
        if name.lower() in TECHNICAL:
            raise UnreadableInput(f"{place}: the column {name} has a name that is kept for our own use; rename it")


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb")
