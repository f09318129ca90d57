"""Random numbers by name: one Philox stream for each (seed, concern, day), so that no draw depends on another's."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from synthetic_data.decks import Array


@dataclass(frozen=True)
class Streams:
    """Every concern draws from its own stream: a new column moves no other, and any day can be drawn alone."""

    seed: int

    def of(self, concern: str, day: int = 0) -> np.random.Generator:
        """The stream of `concern`; `day` is the proleptic ordinal of a date, or 0 for what is drawn once."""
        return np.random.Generator(self._bits(concern, day))

    def dice(self, concern: str, count: int, day: int = 0) -> Array:
        """`count` dice (see `decks.FACES`): four from every 64 random bits, a third of the time of drawing each."""
        return self._bits(concern, day).random_raw(count // 4 + 1).view(np.uint16)[:count]

    def _bits(self, concern: str, day: int) -> np.random.Philox:
        return np.random.Philox(key=[self.number(concern), day])

    def number(self, concern: str) -> int:
        """64 bits that stand for a concern in this world."""
        return _stream_number(self.seed, concern)

    def within(self, part: str) -> "Streams":
        """Streams of their own for a part of the world that uses the same concerns once more."""
        return Streams(self.number(f"part {part}"))


@lru_cache(maxsize=4096)
def _stream_number(seed: int, concern: str) -> int:
    return int.from_bytes(blake2b(f"{seed}/{concern}".encode(), digest_size=8).digest())
