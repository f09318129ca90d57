"""How a day is written down: attempts and decisions as the columns of the contract, in an Arrow table."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import pyarrow as pa

from etl.contract import COLUMN_NAMES, SLOT_SEPARATOR, Evaluation, TimeGrain
from synthetic_data.applicants import Applicants
from synthetic_data.columns import always, coded, distinct, fixed_width, instants, integers
from synthetic_data.decisions import APPROVED, OUTCOMES, PENDING, WITHDRAWN
from synthetic_data.decks import FACES, Array, Deck
from synthetic_data.gates import CODES, RULES, Gate
from synthetic_data.incidents import RINGS
from synthetic_data.lines import Lines, attempt_ids
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


def make_log(streams: Streams, applicants: Applicants, lines: Lines, last_day: date) -> pa.Table:
    """The day's log, columns in the order of the contract."""
    notes = _notes(streams, lines, last_day)
    columns = {**_identity(applicants, lines), **_asked(streams, lines), **_decided(lines, notes)}
    fields = [pa.field(name, columns[name].type, name in MAY_BE_MISSING) for name in COLUMN_NAMES]
    return pa.table([columns[name] for name in COLUMN_NAMES], schema=pa.schema(fields))


def _identity(applicants: Applicants, lines: Lines) -> dict[str, pa.Array]:
    count = len(lines)
    return {
        "attempt_id": fixed_width(attempt_ids(lines.day, lines.number)),
        "attempted_at": instants(_midnight(lines.day) + lines.micros),
        "time_grain": always(TimeGrain.INSTANT, count),
        "applicant_id": fixed_width(applicants.ids.take(lines.applicant)),
        "stage": always("application", count),
        "scheme": always("default", count),
        "scheme_version": always("1", count),
        "currency": always("CNY", count),
        "policy_version": always(_policy(lines.day), count),
    }


def _asked(streams: Streams, lines: Lines) -> dict[str, pa.Array]:
    number, count = lines.day.toordinal(), len(lines)
    places = load_places()
    is_nowhere = streams.of("missing region", number).random(count, dtype=np.float32) < MISSING_REGION
    is_unpriced = streams.of("missing amount", number).random(count, dtype=np.float32) < MISSING_AMOUNT
    has_no_app = lines.version == 0
    return {
        "region": coded(lines.region, places.regions, is_nowhere),
        "city": coded(lines.city, places.cities, is_nowhere),
        "channel": coded(lines.channel, CHANNELS),
        "product": coded(lines.product, tuple(product.id for product in PRODUCTS)),
        "amount_requested": integers(lines.amount, is_unpriced),
        "app_version": coded(lines.version, VERSIONS, has_no_app),
        "os": coded(lines.system, SYSTEMS),
        "release_ring": coded(lines.is_gray.view(np.uint8), RINGS, has_no_app),
        "partner": coded(lines.partner, PARTNERS),
    }


def _decided(lines: Lines, notes: Recorded) -> dict[str, pa.Array]:
    is_open = lines.outcome >= WITHDRAWN
    how_far = np.where(is_open, np.uint8(2), lines.is_technical.view(np.uint8))
    return {
        "outcome": coded(lines.outcome, OUTCOMES),
        "reason_codes": notes.reasons,
        "evaluation": coded(how_far, (Evaluation.ALL, Evaluation.FIRST_FAIL, Evaluation.UNKNOWN)),
        "gates_evaluated": coded(how_far % 2, (ALL_GATES, Gate.TECHNICAL), is_open),
        "decided_at": instants(_midnight(lines.day) + notes.decided, is_open),
        "updated_at": instants(_midnight(lines.day) + notes.updated),
        "score": integers(lines.score.astype(np.int32), is_open | lines.is_technical | (lines.history == 0)),
        "latency_ms": integers(notes.latency, is_open),
        "shown_message": notes.message,
    }


def _notes(streams: Streams, lines: Lines, last_day: date) -> Recorded:
    number, count, refused = lines.day.toordinal(), len(lines), lines.refused
    which, sets = distinct(lines.bits[refused])
    primary = np.array([_first(int(bits)) for bits in sets], dtype=np.int64)[which]
    latency = LATENCY_DECK.draw(streams.dice("latency", count, number))
    latency[refused] += np.array([SLOW.get(code, 0) for code in CODES], dtype=np.int32)[primary]
    decided = lines.micros + latency.astype(np.int64) * 1000
    reviewed, minutes = _review(streams.of("review", number), lines)
    decided[reviewed] += minutes * 60_000_000
    written = streams.of("written", number).integers(20_000, 2_000_000, count, dtype=np.int32)
    return Recorded(
        reasons=_reasons(streams, lines, sets, which, last_day),
        message=_message(lines, primary),
        latency=latency,
        decided=decided,
        updated=np.where(lines.outcome == PENDING, lines.micros, decided) + written,
    )


def _review(stream: np.random.Generator, lines: Lines) -> tuple[Array, Array]:
    """Which attempts a person looked at, and for how many minutes; nobody tries again while that goes on."""
    is_reviewed = stream.random(len(lines), dtype=np.float32) < REVIEWED
    rows = np.flatnonzero(is_reviewed & ~lines.is_technical & ~lines.is_followed)
    return rows, REVIEW_DECK.draw(stream.integers(0, FACES, len(rows), dtype=np.uint16)).astype(np.int64)


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


@lru_cache(maxsize=65_536)
def reason_text(bits: int) -> str:
    """The codes of a reason set in the order of the waterfall."""
    return SLOT_SEPARATOR.join(code for n, code in enumerate(CODES) if bits >> n & 1)


def _reasons(streams: Streams, lines: Lines, sets: Array, which: Array, last_day: date) -> pa.Array:
    """Reason sets as text; a few refusals carry none, and a few a code that no catalogue knows."""
    texts = [*(reason_text(int(bits)) for bits in sets), *(code for code, _, _ in UNKNOWN_CODES)]
    luck = streams.of("recording", lines.day.toordinal()).random(len(lines.refused))
    is_missing = np.ones(len(lines), dtype=bool)
    is_missing[lines.refused] = luck < UNSPECIFIED
    named, edge = which.copy(), 1.0
    for n, (_, days, share) in enumerate(UNKNOWN_CODES):
        if (last_day - lines.day).days < days:
            named[(luck < edge) & (luck >= edge - share)] = len(sets) + n
            edge -= share
    codes = np.zeros(len(lines), dtype=np.int32)
    codes[lines.refused] = named
    return coded(codes, texts, is_missing)


def _message(lines: Lines, primary: Array) -> pa.Array:
    codes = MESSAGE_OF_OUTCOME.take(lines.outcome)
    codes[lines.refused] = MESSAGE_OF_RULE.take(primary)
    return coded(codes, MESSAGES, lines.outcome == WITHDRAWN)


def _message_of(code: str, gate: Gate) -> str:
    if gate is Gate.TECHNICAL:
        return TECHNICAL_MESSAGES.get(code[:2], COMPATIBILITY_MESSAGE)
    return GATE_MESSAGES.get(gate, GENERAL_MESSAGE)


MESSAGES = (*dict.fromkeys(_message_of(rule.code, rule.gate) for rule in RULES), APPROVED_MESSAGE, PENDING_MESSAGE)
MESSAGE_OF_RULE = np.array([MESSAGES.index(_message_of(rule.code, rule.gate)) for rule in RULES], np.uint8)
MESSAGE_OF_OUTCOME = np.zeros(len(OUTCOMES), np.uint8)
MESSAGE_OF_OUTCOME[[APPROVED, PENDING]] = MESSAGES.index(APPROVED_MESSAGE), MESSAGES.index(PENDING_MESSAGE)


def _policy(day: date) -> str:
    return [version for version, since in POLICIES if since <= day or version == POLICIES[0][0]][-1]


def _midnight(day: date) -> int:
    """The local midnight in microseconds since 1970."""
    return int(datetime.combine(day, datetime.min.time(), BUSINESS_ZONE).timestamp()) * 1_000_000
