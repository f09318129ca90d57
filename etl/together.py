"""Reasons side by side: which are carried together, which alone. Counted from reason sets, whatever their order."""

from dataclasses import replace

import pandas as pd

from etl.catalogue.dimensions import WITH, Scope
from etl.duck import model
from etl.query import Question, Selection, ask_sets
from etl.snapshot import Snapshot

JUDGED = Selection(("all",))
"""Refusals whose gates were all judged: where another reason stood behind the first, it is recorded."""

OF_JUDGED = {"refusals": "refusals_judged", "refusals_alone": "refusals_freed"}
"""What counts are called where they are of those refusals only."""


def together(snapshot: Snapshot, asked: Question, level: str) -> pd.DataFrame:
    """Of the refusals that carry one cause (or other `level` of refusal scope), how many carry another, too.

    One row per two of them, also where none carries both, and per one with itself. The first is one that the filters
    keep: of what they leave out, only refusals that also carry something kept are counted. Columns: `<level>`,
    `<level>_with`, `refusals` that carry the first, `refusals_with` both, `share_with` = both ÷ those with the first.
    """
    share = ("share_with", "refusals_with", "refusals")
    found = ask_sets(snapshot, asked, level, model("reading", "together"), share)
    return _kept(snapshot, asked, found.rename(columns={"first": level, "second": f"{level}{WITH}"}), level)


def alone(snapshot: Snapshot, asked: Question, level: str) -> pd.DataFrame:
    """Of the refusals that carry a cause (or other `level` of refusal scope) that the filters keep, how many are alone.

    Columns: `<level>`, `refusals` that carry it, `refusals_alone`, `share_alone` of them; and of those whose gates were
    all judged: `refusals_judged` that carry it, and `refusals_freed`, which would not have been refused without it.
    """
    found = _alone(snapshot, asked, level)
    judged = _alone(snapshot, _judged(snapshot, asked), level)[[level, *OF_JUDGED]].rename(columns=OF_JUDGED)
    numbers = list(OF_JUDGED.values())
    both = found.merge(judged, on=level, how="left")
    return both.fillna(dict.fromkeys(numbers, 0)).astype(dict.fromkeys(numbers, "int64"))


def _alone(snapshot: Snapshot, asked: Question, level: str) -> pd.DataFrame:
    share = ("share_alone", "refusals_alone", "refusals")
    found = ask_sets(snapshot, asked, level, model("reading", "alone"), share)
    return _kept(snapshot, asked, found.rename(columns={"carried": level}), level)


def _kept(snapshot: Snapshot, asked: Question, found: pd.DataFrame, level: str) -> pd.DataFrame:
    """The rows of a cause, or other level, that some reason has which passes all filters of refusal scope."""
    filters = asked.filters(Scope.REFUSAL)
    if not filters:
        return found
    reasons = snapshot.reasons()
    for filtered, kept in filters.items():
        reasons = reasons[[kept.keeps(value) for value in reasons[filtered.id]]]
    return found[found[level].isin(reasons[level])].reset_index(drop=True)


def _judged(snapshot: Snapshot, asked: Question) -> Question:
    """The question about refusals whose gates were all judged; about none where a log does not say so."""
    kept = asked.where.get("evaluation", Selection((), is_except=True))
    is_there = kept.keeps("all") and "all" in snapshot.values("evaluation")
    return replace(asked, where={**asked.where, "evaluation": JUDGED if is_there else Selection(())})
