"""Arrow columns from NumPy arrays as they lie in memory: nothing is touched value by value, and pandas not needed."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from synthetic_data.decks import Array

INT8_NAMES = 128
"""So many names can be told apart by a signed byte, which Arrow takes for codes."""


def integers(values: Array, is_missing: Array | None = None) -> pa.Array:
    """Whole numbers; null where `is_missing`."""
    valid = None if is_missing is None else pa.py_buffer(np.packbits(~is_missing, bitorder="little"))
    buffers = [valid, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), buffers)


def instants(micros: Array, is_missing: Array | None = None) -> pa.Array:
    """Microseconds since 1970 as instants in UTC."""
    return integers(micros, is_missing).view(pa.timestamp("us", "UTC"))


def coded(codes: Array, names: Sequence[str], is_missing: Array | None = None) -> pa.Array:
    """Text by number, as an Arrow dictionary."""
    signed = codes.view(np.int8) if codes.dtype == np.uint8 and len(names) < INT8_NAMES else codes.astype(np.int32)
    return pa.DictionaryArray.from_arrays(integers(signed, is_missing), texts(tuple(names)), safe=False)


def always(text: str, count: int) -> pa.Array:
    """One text in every row."""
    return coded(np.zeros(count, dtype=np.uint8), (text,))


def fixed_width(content: Array) -> pa.Array:
    """Texts of one length, given as bytes."""
    offsets = np.arange(len(content) + 1, dtype=np.int32) * np.int32(content.dtype.itemsize)
    return _strings(offsets, pa.py_buffer(np.ascontiguousarray(content)))


@lru_cache(maxsize=64)
def texts(names: tuple[str, ...]) -> pa.Array:
    """A few texts of any length."""
    encoded = [name.encode() for name in names]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return _strings(offsets, pa.py_buffer(b"".join(encoded)))


def _strings(offsets: Array, content: pa.Buffer) -> pa.Array:
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), content)


def distinct(values: Array) -> tuple[Array, Array]:
    """Which of the distinct values each one is, and those in order of appearance."""
    found = integers(values).dictionary_encode()
    return np.from_dlpack(found.indices), np.from_dlpack(found.dictionary)
