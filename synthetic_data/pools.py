"""Faker's part: small pools of invented names, phones and jobs, masked at once and sampled by number."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
from faker import Faker

from synthetic_data.applicants import Applicants
from synthetic_data.columns import fixed_width, integers, texts
from synthetic_data.decks import Array
from synthetic_data.places import load_places
from synthetic_data.streams import Streams
from synthetic_data.world import CHANNELS, PAYDAYS, PERSONAS, SYSTEMS

POOL = 1_000
TIERS = ("low", "middle", "high")


@cache
def _pools(seed: int) -> dict[str, list[str]]:
    """Full names and numbers never leave this function; Faker's own identity numbers and addresses are not used."""
    fake = Faker("zh_CN", use_weighting=False)
    fake.seed_instance(seed)
    makers: dict[str, Callable[[], str]] = {
        "name": lambda: fake.last_name() + "**",
        "phone": lambda: _masked(fake.phone_number()),
        "job": fake.job,
    }
    return {name: list(dict.fromkeys(make() for _ in range(POOL))) for name, make in makers.items()}


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def applicants_table(applicants: Applicants) -> pa.Table:
    """The applicants as they are in truth: their latent attributes beside the invented ones."""
    places = load_places()
    return pa.table(
        {
            "applicant_id": fixed_width(applicants.ids),
            "persona": _named(applicants.persona, [persona.id for persona in PERSONAS]),
            "region": _named(applicants.region, list(places.regions)),
            "city": _named(applicants.city, list(places.cities)),
            "payday": integers(np.array(PAYDAYS, dtype=np.int8).take(applicants.payday)),
            "channel": _named(applicants.channel, list(CHANNELS)),
            "os": _named(applicants.system, list(SYSTEMS)),
            "device_tier": _named(applicants.tier, list(TIERS)),
            "score": integers(applicants.score),
            "history_months": integers(applicants.history),
            "utilisation_percent": integers(applicants.utilisation),
            "monthly_income": integers(applicants.income),
            **_invented(applicants),
        }
    )


def _invented(applicants: Applicants) -> dict[str, pa.Array]:
    streams = Streams(applicants.seed)
    return {
        name: _named(streams.of(f"pool {name}").integers(0, len(pool), len(applicants), dtype=np.int16), pool)
        for name, pool in _pools(applicants.seed).items()
    }


def _named(codes: Array, names: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(integers(codes), texts(tuple(names)))
