"""The lattice of rollups: their names, in the order of their making, and the checks that they must pass."""

from etl.catalogue.dimensions import DIMENSIONS, Scope

OF_MANY = (
    *("rollup_hour_region", "rollup_hour_offer", "rollup_hour_device", "rollup_hour_funding"),
    *("rollup_region_offer", "rollup_region_device", "rollup_region_funding"),
    *("rollup_terms", "rollup_city"),
)
"""Rollups that only large snapshots hold."""

ROLLUPS = (
    *("rollup_wide", *OF_MANY, "rollup_region", "rollup_hour"),
    *("rollup_offer", "rollup_device", "rollup_funding", "rollup_day"),
)
"""Each later one is summed from an earlier one; a question is answered from the smallest that has its columns."""

MANY = 10_000_000
"""Attempts from which on `OF_MANY` are worth their room: below, the widest rollup answers as fast (decision 015)."""

BESIDE = ("control_totals", "scheme_days", "day_grains")
"""Further tables by day, which no question is answered from."""

COUNTED, MEMBERS = "counted_attempts", "members"
"""What rollups are summed from: attempts as they are counted; and the reasons of each reason set."""

OF_EACH = "rollup_closes"
CHECKS = (OF_EACH, "members_close", "sets_known")
"""Models in `etl/models/checks` that find what is wrong, `OF_EACH` in one rollup; no row is the right answer."""


def worth_having(attempts: int) -> tuple[str, ...]:
    """The rollups that a snapshot of so many attempts holds."""
    return tuple(name for name in ROLLUPS if attempts >= MANY or name not in OF_MANY)


LISTED_VALUES = tuple(
    d.id for d in DIMENSIONS.values() if d.table == "rollup" and d.scope is Scope.ATTEMPT and not d.is_time
)
"""The dimensions whose values are listed in the snapshot."""
