"""How a day is written down: attempts and decisions as the columns of the contract, in an Arrow table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

import numpy as np
import pyarrow as pa

from etl.contract import COLUMN_NAMES, SLOT_SEPARATOR, Evaluation, TimeGrain
from synthetic_data.applicants import Applicants
from synthetic_data.attempts import Attempts
from synthetic_data.decisions import APPROVED, OUTCOMES, PENDING, WITHDRAWN, Decisions
from synthetic_data.decks import Array, Deck
from synthetic_data.gates import CODES, RULES, Gate, is_scored
from synthetic_data.incidents import RINGS
from synthetic_data.places import load_places
from synthetic_data.releases import VERSIONS
from synthetic_data.streams import Streams
from synthetic_data.world import BUSINESS_ZONE, CHANNELS, PARTNERS, POLICIES, PRODUCTS, SYSTEMS

MISSING_AMOUNT, MISSING_REGION, UNSPECIFIED = 0.005, 0.003, 0.015
"""Shares of attempts without an amount or a region, and of refusals without a reason."""

UNKNOWN_CODES = (("X900", 120, 0.0005), ("X901", 30, 0.0002))
"""Codes that no catalogue knows, the days before the end of the world since when, and their share of refusals."""

MAY_BE_MISSING = (
    *("region", "city", "amount_requested", "app_version", "release_ring", "reason_codes", "gates_evaluated"),
    *("decided_at", "score", "latency_ms", "shown_message"),
)

LATENCY_DECK = Deck.lognormal((620, 0.5))
REVIEW_DECK = Deck.lognormal((95, 0.9))
REVIEWED = 0.025
"""The share of attempts that a person looks at, for an hour or two."""

SLOW = {"T101": 30_000, "T102": 8_000, "T103": 15_000, "T201": 12_000, "T202": 30_000}
"""Milliseconds that a technical failure waits before it gives up."""

APPROVED_MESSAGE, PENDING_MESSAGE, GENERAL_MESSAGE = "申请已通过", "审核中，请耐心等待", "综合评估未通过"
TECHNICAL_MESSAGES = {"P3": "系统繁忙，请稍后再试", "T1": "网络异常，请稍后再试", "T2": "系统繁忙，请稍后再试"}
COMPATIBILITY_MESSAGE = "当前设备或版本暂不支持，请升级后再试"
GATE_MESSAGES = {Gate.ACCOUNT: "账户信息待完善，请核实后再试", Gate.POLICY: "当前产品暂未开放"}

ALL_GATES = SLOT_SEPARATOR.join(Gate)


@dataclass(frozen=True)
class Recorded:
    """What the recorder adds: the text of the reasons, the message, and when things were decided and written."""

    reasons: pa.Array
    message: pa.Array
    latency: Array
    decided: Array
    updated: Array


def make_log(
    streams: Streams, applicants: Applicants, attempts: Attempts, decisions: Decisions, last_day: date
) -> pa.Table:
    """The day's log, columns in the order of the contract."""
    notes = _notes(streams, attempts, decisions, last_day)
    columns = {
        **_identity(applicants, attempts),
        **_asked(streams, attempts),
        **_decided(attempts, decisions, notes),
    }
    fields = [pa.field(name, columns[name].type, name in MAY_BE_MISSING) for name in COLUMN_NAMES]
    return pa.table([columns[name] for name in COLUMN_NAMES], schema=pa.schema(fields))


def _identity(applicants: Applicants, attempts: Attempts) -> dict[str, pa.Array]:
    count = len(attempts)
    return {
        "attempt_id": fixed_width(attempt_ids(attempts)),
        "attempted_at": _instants(attempts.day, attempts.micros),
        "time_grain": _always(TimeGrain.INSTANT, count),
        "applicant_id": fixed_width(applicants.ids.take(attempts.applicant)),
        "stage": _always("application", count),
        "scheme": _always("default", count),
        "scheme_version": _always("1", count),
        "currency": _always("CNY", count),
        "policy_version": _always(_policy(attempts.day), count),
    }


def _asked(streams: Streams, attempts: Attempts) -> dict[str, pa.Array]:
    number, count = attempts.day.toordinal(), len(attempts)
    places = load_places()
    is_nowhere = streams.of("missing region", number).random(count, dtype=np.float32) < MISSING_REGION
    is_unpriced = streams.of("missing amount", number).random(count, dtype=np.float32) < MISSING_AMOUNT
    has_no_app = attempts.version == 0
    return {
        "region": _coded(attempts.region, places.regions, is_nowhere),
        "city": _coded(attempts.city, places.cities, is_nowhere),
        "channel": _coded(attempts.channel, CHANNELS),
        "product": _coded(attempts.product, tuple(product.id for product in PRODUCTS)),
        "amount_requested": pa.array(attempts.amount, mask=is_unpriced),
        "app_version": _coded(attempts.version, VERSIONS, has_no_app),
        "os": _coded(attempts.system, SYSTEMS),
        "release_ring": _coded(attempts.is_gray.view(np.uint8), RINGS, has_no_app),
        "partner": _coded(attempts.partner, PARTNERS),
    }


def _decided(attempts: Attempts, decisions: Decisions, notes: Recorded) -> dict[str, pa.Array]:
    is_open = decisions.outcome >= WITHDRAWN
    is_technical = decisions.is_technical
    how_far = np.where(is_open, np.uint8(2), is_technical.view(np.uint8))
    return {
        "outcome": _coded(decisions.outcome, OUTCOMES),
        "reason_codes": notes.reasons,
        "evaluation": _coded(how_far, (Evaluation.ALL, Evaluation.FIRST_FAIL, Evaluation.UNKNOWN)),
        "gates_evaluated": _coded(how_far % 2, (ALL_GATES, Gate.TECHNICAL), is_open),
        "decided_at": _instants(attempts.day, notes.decided, is_open),
        "updated_at": _instants(attempts.day, notes.updated),
        "score": pa.array(attempts.score, pa.int32(), mask=is_open | is_technical | ~is_scored(attempts)),
        "latency_ms": pa.array(notes.latency, mask=is_open),
        "shown_message": notes.message,
    }


def _notes(streams: Streams, attempts: Attempts, decisions: Decisions, last_day: date) -> Recorded:
    number, count = attempts.day.toordinal(), len(attempts)
    refused = np.flatnonzero(decisions.is_refused)
    sets, which = np.unique(decisions.bits[refused], return_inverse=True)
    primary = np.array([_first(int(bits)) for bits in sets], dtype=np.int64)[which]
    latency = LATENCY_DECK.draw_many(streams.of("latency", number), count)
    latency[refused] += np.array([SLOW.get(code, 0) for code in CODES], dtype=np.int32)[primary]
    decided = attempts.micros + latency.astype(np.int64) * 1000
    reviewed, minutes = _review(streams.of("review", number), decisions)
    decided[reviewed] += minutes * 60_000_000
    written = streams.of("written", number).integers(20_000, 2_000_000, count, dtype=np.int32)
    return Recorded(
        reasons=_reasons(streams, attempts.day, refused, sets, which, count, last_day),
        message=_message(decisions, refused, primary),
        latency=latency,
        decided=decided,
        updated=np.where(decisions.outcome == PENDING, attempts.micros, decided) + written,
    )


def _review(stream: np.random.Generator, decisions: Decisions) -> tuple[Array, Array]:
    """Which attempts a person looked at, and for how many minutes."""
    is_reviewed = stream.random(len(decisions.bits), dtype=np.float32) < REVIEWED
    rows = np.flatnonzero(is_reviewed & ~decisions.is_technical)
    return rows, REVIEW_DECK.draw_many(stream, len(rows)).astype(np.int64)


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


@lru_cache(maxsize=65_536)
def reason_text(bits: int) -> str:
    """The codes of a reason set in the order of the waterfall."""
    return SLOT_SEPARATOR.join(code for n, code in enumerate(CODES) if bits >> n & 1)


def _reasons(
    streams: Streams, day: date, refused: Array, sets: Array, which: Array, count: int, last_day: date
) -> pa.Array:
    """Reason sets as text; a few refusals carry none, and a few a code that no catalogue knows."""
    texts = [*(reason_text(int(bits)) for bits in sets), *(code for code, _, _ in UNKNOWN_CODES)]
    luck = streams.of("recording", day.toordinal()).random(len(refused))
    is_missing = np.ones(count, dtype=bool)
    is_missing[refused] = luck < UNSPECIFIED
    numbers, edge = which.astype(np.int32), 1.0
    for n, (_, days, share) in enumerate(UNKNOWN_CODES):
        if (last_day - day).days < days:
            numbers[(luck < edge) & (luck >= edge - share)] = len(sets) + n
            edge -= share
    codes = np.zeros(count, dtype=np.int32)
    codes[refused] = numbers
    return _coded(codes, texts, is_missing)


def _message(decisions: Decisions, refused: Array, primary: Array) -> pa.Array:
    texts = (*MESSAGES, APPROVED_MESSAGE, PENDING_MESSAGE)
    codes = np.zeros(len(decisions.outcome), dtype=np.uint8)
    codes[decisions.outcome == APPROVED] = len(MESSAGES)
    codes[decisions.outcome == PENDING] = len(MESSAGES) + 1
    codes[refused] = MESSAGE_OF_RULE.take(primary)
    return _coded(codes, texts, decisions.outcome == WITHDRAWN)


def _message_of(code: str, gate: Gate) -> str:
    if gate is Gate.TECHNICAL:
        return TECHNICAL_MESSAGES.get(code[:2], COMPATIBILITY_MESSAGE)
    return GATE_MESSAGES.get(gate, GENERAL_MESSAGE)


MESSAGES = tuple(dict.fromkeys(_message_of(rule.code, rule.gate) for rule in RULES))
MESSAGE_OF_RULE = np.array([MESSAGES.index(_message_of(rule.code, rule.gate)) for rule in RULES], np.uint8)


def _policy(day: date) -> str:
    return [version for version, since in POLICIES if since <= day or version == POLICIES[0][0]][-1]


def _coded(codes: Array, names: Sequence[str], is_missing: Array | None = None) -> pa.Array:
    """Text by number, as an Arrow dictionary."""
    signed = codes.view(np.int8) if codes.dtype == np.uint8 and len(names) < 128 else codes.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(signed, mask=is_missing), _words(tuple(names)))


@lru_cache(maxsize=64)
def _words(names: tuple[str, ...]) -> pa.Array:
    return pa.array(map(str, names))


def _always(text: str, count: int) -> pa.Array:
    return _coded(np.zeros(count, dtype=np.uint8), (text,))


def _instants(day: date, micros: Array, is_missing: Array | None = None) -> pa.Array:
    """Microseconds after local midnight as instants in UTC."""
    midnight = int(datetime.combine(day, datetime.min.time(), BUSINESS_ZONE).timestamp()) * 1_000_000
    return pa.array(micros + midnight, pa.timestamp("us", "UTC"), mask=is_missing)


def attempt_ids(attempts: Attempts) -> Array:
    """`20260310-0000042`: the business day and the position in it, as sixteen bytes."""
    ids = np.empty((len(attempts), 16), dtype=np.uint8)
    ids[:, :9] = np.frombuffer(f"{attempts.day:%Y%m%d}-".encode(), np.uint8)
    ids[:, 9:] = _seven_digits(1 << max(len(attempts) - 1, 1).bit_length())[: len(attempts)]
    return ids.view("S16").ravel()


@cache
def _seven_digits(count: int) -> Array:
    powers = 10 ** np.arange(6, -1, -1)
    return (np.arange(count)[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def fixed_width(texts: Array) -> pa.Array:
    """Texts of one length as an Arrow array, without touching them one by one."""
    offsets = np.arange(len(texts) + 1, dtype=np.int32) * texts.dtype.itemsize
    buffers = pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(texts))
    return pa.StringArray.from_buffers(len(texts), *buffers)
