"""The lattice of rollups: their names, in the order of their making, and the checks that they must pass."""

from etl.catalogue.dimensions import DIMENSIONS, Scope

ROLLUPS = ("rollup_wide", "rollup_region", "rollup_hour", "rollup_day")
"""Each later one is summed from an earlier one; a question is answered from the smallest that has its columns."""

BESIDE = ("control_totals", "scheme_days", "day_grains")
"""Further tables by day, which no question is answered from."""

COUNTED, MEMBERS = "counted_attempts", "members"
"""What rollups are summed from: attempts as they are counted; and the reasons of each reason set."""

CHECKS = ("rollups_close", "members_close", "sets_known")
"""Models in `etl/models/checks` that find what is wrong; no row is the right answer."""

LISTED_VALUES = tuple(
    d.id for d in DIMENSIONS.values() if d.table == "rollup" and d.scope is Scope.ATTEMPT and not d.is_time
)
"""The dimensions whose values are listed in the snapshot."""
