"""Reasons side by side: which are carried together, which alone. Counted from reason sets, whatever their order."""

from dataclasses import replace

import pandas as pd

from etl.duck import model
from etl.query import Question, Selection, ask_sets
from etl.snapshot import Snapshot

JUDGED = Selection(("all",))
"""Refusals whose gates were all judged: where another reason stood behind the first, it is recorded."""


def together(snapshot: Snapshot, asked: Question, level: str) -> pd.DataFrame:
    """Of the refusals that carry one cause (or other `level` of refusal scope), how many carry another, too.

    One row per two of them, also where none carries both, and per one with itself. Columns: `<level>`,
    `<level>_with`, `refusals` that carry the first, `refusals_with` both, `share_with` = both ÷ those with the first.
    """
    share = ("share_with", "refusals_with", "refusals")
    found = ask_sets(snapshot, asked, level, model("reading", "together"), share)
    return found.rename(columns={"first": level, "second": f"{level}_with"})


def alone(snapshot: Snapshot, asked: Question, level: str) -> pd.DataFrame:
    """Of the refusals that carry a cause (or other `level` of refusal scope), how many carry nothing else.

    Columns: `<level>`, `refusals` that carry it, `refusals_alone`, `share_alone` of them, and `refusals_freed`: those
    alone whose gates were all judged, which nothing else recorded would have refused.
    """
    found = _alone(snapshot, asked, level)
    judged = _alone(snapshot, _judged(snapshot, asked), level)[[level, "refusals_alone"]]
    both = found.merge(judged.rename(columns={"refusals_alone": "refusals_freed"}), on=level, how="left")
    return both.fillna({"refusals_freed": 0}).astype({"refusals_freed": "int64"})


def _alone(snapshot: Snapshot, asked: Question, level: str) -> pd.DataFrame:
    share = ("share_alone", "refusals_alone", "refusals")
    return ask_sets(snapshot, asked, level, model("reading", "alone"), share).rename(columns={"carried": level})


def _judged(snapshot: Snapshot, asked: Question) -> Question:
    """The question about refusals whose gates were all judged; about none where a log does not say so."""
    kept = asked.where.get("evaluation", Selection((), is_except=True))
    is_there = kept.keeps("all") and "all" in snapshot.values("evaluation")
    return replace(asked, where={**asked.where, "evaluation": JUDGED if is_there else Selection(())})
