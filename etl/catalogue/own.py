"""A lender's own code lists, `schemes/*.toml` in the home folder: read over the shipped catalogue, and extended."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from etl.catalogue import DEFAULT_SCHEME, HERE, UNMAPPED, UNSPECIFIED, Catalogue, load_catalogue, read_catalogue
from etl.errors import InvalidValue
from etl.home import Home

if TYPE_CHECKING:
    import pandas as pd

OTHER = "other"
"""The cause that a code gets in the lines to paste, until somebody chooses a better one."""
OF_A_SCHEME = re.compile(r"(?P<scheme>[\w.-]+):(?P<code>.*\S.*)", re.DOTALL)
INTO = """\
# Paste into schemes/{scheme}.toml in the home folder, then run: python -m etl build
# A better cause than other is one of:
{causes}
"""
WIDTH = 78


def catalogue_of(home: Home, *beside: Path) -> Catalogue:
    """The shipped catalogue with the home's own code lists over it, and those in the files `beside` a profile.

    Nothing is remembered: the files may have been changed since.
    """
    own = [*beside, *_lists(home.schemes)]
    return read_catalogue(HERE, *own) if own else load_catalogue()


def _lists(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def schemes_beside(profile: Path, scheme: str) -> list[Path]:
    """The files of a scheme beside a profile: `<scheme>.toml`, `<scheme>-<version>.toml`, there or in `schemes/`."""
    folders = (profile.parent, profile.parent / "schemes")
    found = [path for folder in folders for path in _lists(folder) if _is_of(path, scheme)]
    return [path for path in found if path.resolve() != profile.resolve()]


def _is_of(path: Path, scheme: str) -> bool:
    return path.stem == scheme or path.stem.startswith(f"{scheme}-")


def keep_schemes(home: Home, beside: list[Path]) -> None:
    """Copy the code lists beside a profile into the home, where builds find them; a list that is there already stays.

    Raises `InvalidValue` where one cannot be copied.
    """
    for path in beside:
        target = home.schemes / path.name
        try:
            if not target.exists():
                home.schemes.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        except OSError as problem:
            raise InvalidValue(f"{path} cannot be copied to {home.schemes}: {problem.strerror}") from problem


def lines_to_paste(unmapped: pd.DataFrame) -> str:
    """TOML for codes that no catalogue knows, under the file that each belongs into. `unmapped`: reason, refusals."""
    groups: dict[str, list[str]] = {}
    for reason, refusals in unmapped[["reason", "refusals"]].itertuples(index=False):
        scheme, code = _parted(str(reason))
        groups.setdefault(scheme, []).append(_block(code, int(refusals)))
    known = ", ".join(cause for cause in load_catalogue().causes if cause not in (OTHER, UNMAPPED, UNSPECIFIED))
    causes = fill(known, WIDTH, initial_indent="# ", subsequent_indent="# ")
    heads = {scheme: INTO.format(scheme=scheme, causes=causes) for scheme in groups}
    return "\n".join("\n".join((heads[scheme], *blocks)) for scheme, blocks in groups.items())


def _parted(reason: str) -> tuple[str, str]:
    """The scheme whose file can name this code, and the code in it."""
    found = OF_A_SCHEME.fullmatch(reason)
    return (found["scheme"], found["code"]) if found else (DEFAULT_SCHEME, reason)


def _block(code: str, refusals: int) -> str:
    name = _quoted(code)
    count = f"# refusals that name it: {refusals}"
    return f'[reasons.{name}]  {count}\ncause = "{OTHER}"\nen = {name}\nzh = {name}\n'


def _quoted(text: str) -> str:
    """A basic string of TOML, which escapes as JSON does, and one character more."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
