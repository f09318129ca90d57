"""What is kept out, each content once, and which of it is mended by now: listed whenever a snapshot is published."""

import duckdb

from etl import duck
from etl.home import Home
from etl.intake import in_order_of_names
from etl.manifest import ATTEMPTS, ENTRIES, HISTORY, IN_FORCE, QUARANTINE, RETOLD, Manifest, Part, check_contents
from etl.quarantine import lay_entries
from etl.store import Store


def with_entries(home: Home, manifest: Manifest) -> Manifest:
    """The manifest with one part that lists what is kept out; `DamagedSnapshot` where a part cannot be read."""
    if not manifest.of_kind(QUARANTINE):
        return manifest
    try:
        return _listed(home, manifest)
    except duckdb.Error:
        check_contents(home.root, manifest.parts)
        raise


def _listed(home: Home, manifest: Manifest) -> Manifest:
    with duck.workbench(home.root) as connection, duck.staging_folder(home.store) as staging:
        store = Store(home, connection, staging)
        kept_out, attempts, history = (store.paths(_near(manifest, *kinds)) for kinds in KINDS)
        lay_entries(connection, kept_out, attempts, history, in_order_of_names)
        return manifest.with_parts(store.write("entries", ENTRIES), manifest.of_kind(ENTRIES))


KINDS = ((QUARANTINE,), (ATTEMPTS, IN_FORCE), (HISTORY, RETOLD))
"""What is kept out, what is in force, what was: of rows that lie elsewhere only those that answer for one kept out."""


def _near(manifest: Manifest, *kinds: str) -> list[Part]:
    """The parts in which an id of a row kept out can be."""
    kept_out = manifest.of_kind(QUARANTINE)
    parts = [part for kind in kinds for part in manifest.of_kind(kind)]
    return [part for part in parts if any(_may_share_ids(part, other) for other in kept_out)]


def _may_share_ids(part: Part, other: Part) -> bool:
    return other.first_id is None or other.last_id is None or part.may_hold_ids_of(other.first_id, other.last_id)
