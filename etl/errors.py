"""Every error that a user can cause: one line with what, where, the known names and the next command.

RefusalLensError
├── UnknownName        a dimension, metric, region, reason, profile … that nobody knows
├── InvalidValue       a date, number or combination that makes no sense
├── NoSnapshot         nothing has been published in this home yet
├── DamagedSnapshot    what was published cannot be read
├── UnreadableInput    a log file or profile that cannot be read
├── RefusedToPublish   a build whose numbers do not close; the old snapshot stays live
└── Stopped            the user pressed Ctrl-C, and there is something to say about it
"""

from collections.abc import Iterable
from difflib import get_close_matches


class RefusalLensError(Exception):
    """Shown to the user as one line, without a traceback; the command ends with exit code 2."""


class UnknownName(RefusalLensError):
    """A name that the catalogue or the snapshot does not know; carries the nearest known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else f"known: {shortened(names)}"
        super().__init__(f"unknown {kind} {name!r}; {hint}")


class InvalidValue(RefusalLensError):
    """A value of the right kind of thing that cannot be used."""


class NoSnapshot(RefusalLensError):
    """The home folder has no published snapshot."""


class DamagedSnapshot(RefusalLensError):
    """A published file is missing, changed or unreadable."""


class UnreadableInput(RefusalLensError):
    """An input file or profile cannot be read as what it should be."""


class RefusedToPublish(RefusalLensError):
    """The build's own check failed; nothing was published."""


class Stopped(RefusalLensError):
    """The user stopped what was under way; the command ends with exit code 130, as shells expect it."""


def shortened(names: list[str], most: int = 12) -> str:
    """`a, b, c … (n in all)`, so that a message stays one line."""
    listed = ", ".join(names[:most])
    return listed if len(names) <= most else f"{listed} … ({len(names)} in all)"
