"""The small tables of a snapshot that every chart needs, read once per snapshot: they never change."""

from functools import lru_cache

import pandas as pd

from etl.snapshot import Reconciliation, Snapshot

_OPEN = 4
"""Snapshots kept; as many as the screen keeps open."""


@lru_cache(maxsize=_OPEN)
def occasions(snapshot: Snapshot) -> pd.DataFrame:
    """The lender's own calendar, and where another code list begins. Shared: not to be changed."""
    return snapshot.occasions()


@lru_cache(maxsize=_OPEN)
def cause_of(snapshot: Snapshot) -> dict[str, str]:
    """The cause of every reason, known or seen."""
    return dict(snapshot.reasons()[["reason", "cause"]].itertuples(index=False))


@lru_cache(maxsize=_OPEN)
def reconciliation(snapshot: Snapshot) -> Reconciliation:
    """The row counts of all loads, summed."""
    return snapshot.reconciliation()
