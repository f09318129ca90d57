"""What is kept out, each content once, and which of it is mended by now: listed whenever a snapshot is published."""

import duckdb

from etl import duck
from etl.home import Home
from etl.intake import in_order_of_names
from etl.manifest import ATTEMPTS, ENTRIES, HISTORY, QUARANTINE, Manifest, check_contents
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
        kept_out, attempts, history = (store.paths(manifest.of_kind(kind)) for kind in (QUARANTINE, ATTEMPTS, HISTORY))
        lay_entries(connection, kept_out, attempts, history, in_order_of_names)
        return manifest.with_parts(store.write("entries", ENTRIES), manifest.of_kind(ENTRIES))
