"""The secret that ids are masked with: readers see the same mask for the same id and cannot find the id from it."""

import secrets
from functools import cache
from threading import Lock

from etl.home import Home
from etl.manifest import read_manifest
from etl.privacy import HashKey

_BEING_MADE = Lock()


def mask_key(home: Home, snapshot_id: str) -> str:
    """The home's key as text, made at its first use; never to be shown.

    Where the home cannot be written, a key that lasts as long as the process. Raises `InvalidValue` where the key
    that the home's rows were hashed with is lost.
    """
    known = read_manifest(home.manifest_path(snapshot_id)).hash_key_id
    with _BEING_MADE:
        try:
            return HashKey(home.hash_key, known).text()
        except OSError:
            return _passing_key()


@cache
def _passing_key() -> str:
    return secrets.token_hex(32)
