"""Which files the paths of a user name: files, folders, patterns, tables of a database; anything else is refused."""

import glob
import stat
from pathlib import Path

from etl.errors import UnreadableInput
from etl.tables import DATABASE_ENDINGS, SEPARATOR
from etl.text_files import CSV_ENDINGS, JSON_ENDINGS

PARQUET = ".parquet"
ENDINGS = (PARQUET, *CSV_ENDINGS, *JSON_ENDINGS)
SPECIAL = {
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}

Found = tuple[Path, str]
"""A file, and the table in it or nothing."""


def find(path: Path | str) -> list[Found]:
    """What one path names, in order of names; `UnreadableInput` where that is nothing that can be loaded."""
    text, place = str(path), Path(path)
    file, separator, table = text.rpartition(SEPARATOR)
    if separator and file.endswith(DATABASE_ENDINGS) and not place.exists():
        return [(_regular(Path(file)), table)]
    if not place.exists() and not place.is_symlink() and glob.has_magic(text):
        return _matching(text)
    if place.is_dir():
        return [(file, "") for file in log_files(place)]
    return [(_log_file(place), "")]


def log_files(folder: Path) -> list[Path]:
    """The files of a folder that can be loaded, in order of their names."""
    return [file for file in sorted(folder.iterdir()) if file.name.endswith(ENDINGS)]


def check_regular(path: Path) -> None:
    """Raises `UnreadableInput` for what is no file, before anything opens it and waits."""
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        raise UnreadableInput(f"{path} cannot be read: {problem.strerror}") from problem
    for is_such, name in SPECIAL.items():
        if is_such(mode):
            raise UnreadableInput(f"{path} cannot be read: it is {name}, not a file")


def _regular(path: Path) -> Path:
    if not path.exists():
        raise UnreadableInput(f"{path} does not exist")
    check_regular(path)
    return path


def _log_file(path: Path) -> Path:
    _regular(path)
    if not path.name.endswith((*ENDINGS, *DATABASE_ENDINGS)):
        raise UnreadableInput(f"{path}: a log file ends in {', '.join(ENDINGS)}")
    return path


def _matching(pattern: str) -> list[Found]:
    place = Path(pattern)
    found = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    if not found:
        raise UnreadableInput(f"{pattern}: no file has such a name")
    return [(path, "") for path in found if path.is_file() and path.name.endswith(ENDINGS)]
