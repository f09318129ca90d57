"""Where every row of all loads went."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reconciliation:
    """Where every row went: read = loaded + restated + duplicates + quarantined; loaded = the outcomes."""

    rows_read: int
    loaded: int
    restated: int
    duplicates: int
    quarantined: int
    approved: int
    refused: int
    withdrawn: int
    pending: int
    excluded: int

    @property
    def attempts(self) -> int:
        return self.approved + self.refused + self.withdrawn + self.pending

    @property
    def closes(self) -> bool:
        read = self.loaded + self.restated + self.duplicates + self.quarantined
        return self.rows_read == read and self.loaded == self.attempts + self.excluded
