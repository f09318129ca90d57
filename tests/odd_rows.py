"""A log whose every column is text, half of it written as nobody should: for two engines that must read it alike."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TIMES = (
    *("2026-10-05T12:00:00+08:00", "2026-10-05 12:00", "2026-10-05T12:00Z", "2026-10-05 12:00:00.5", "2026-10-05"),
    *("2026/10/5 9:05", "5/10/2026", "13/10/2026 9:05:06", "2026年10月5日 9时30分", "2026年10月5日", "3:05"),
    *("２０２６-10-05 12:00:00", "2026-10-05 下午3:05", "10/5/2026 3:05 PM", "2026-10-05 上午12:05", "today", "  "),
    *("2000000000", "2000000000.5", "45935", "45935.5", "20261005", "20261005T0930", "20261005093000", "2026-10"),
    *("2026", "2026-13-01 00:00:00", "2026-02-30 00:00:00Z", "2026-10-05 24:00:00", "2026-10-05T12:00:00 GMT", ""),
    *("2026-10-05 12:00:00+0800", "2026-10-05 9:05+08:00", "0001-01-01 00:00:00Z", "9999-12-31 00:00:00Z", None),
    *("2026-10-05 12:00:00\n", "2026-10-05 12:60:00", "2026-10-05T12:00:00.123456789Z", "1986-05-04 00:30:00"),
    *("infinity", "epoch", "-2026-10-05", "2026-10-5T1:2:3", "2026-10-05T12:00:00,5+08:00", "2199-12-31T23:59:59Z"),
)
AMOUNTS = (
    *(
        "1000",
        "1,234",
        "¥1,234.50",
        "1.5万",
        "２３００",
        "12.345",
        "1e3",
        "abc",
        "-5",
        "1.234,50",
        "9999999999999",
        "0",
    ),
    *("￥500", "500元", "$500", "RMB 500", "500 USD", "1 234", "+7", "1e400", "NaN", "Infinity", "0x10", "1_000", ""),
    *("１,２３４", "1000\n", " 800 ", ".5", "5.", "٣٤", None),
)
NUMBERS = ("700", "12.7", "-12.5", "1e3", "７００", "abc", "", "7 ", "8000000000", "0.5", "2.5", "NaN", None)
OUTCOMES = ("REFUSED", " refused", "approved", "拒绝", "", "withdrawn", "pending", "excluded", "ｒｅｆｕｓｅｄ", None)
REASONS = ("P301|T202", "|P301", "P301||T202", "P301|P301", "|", "Ｐ301", " P301 | T202 ", "X999", "ZZ|", "\u00a0P301")
GRAINS = ("day", "month", "year", "week", "DAY", "", None)
REGIONS = ("cn-gd", "GD", "CN-GD\u200b", "ＣＮ-ＧＤ", "Nowhere", "", None)
CURRENCIES = ("USD", "cny", "EUR", "JPY", "", None)
MESSAGES = ("系统繁忙", "", " ", "a\nb", None)
LATER = ("2026-10-06T00:00:00Z", "2026-10-07T00:00:00Z", "2026-10-08T00:00:00Z")


def write_odd_rows(folder: Path, rows: int, seed: int = 5) -> None:
    """Three files; many rows tell again of an attempt, some of them of the same age."""
    chance = random.Random(seed)
    columns = _columns(chance, rows)
    for number in range(3):
        these = slice(number * rows // 3, (number + 1) * rows // 3)
        table = pa.table({name: pa.array(values[these], pa.string()) for name, values in columns.items()})
        pq.write_table(table, folder / f"log-{number + 9}.parquet")


def _columns(chance: random.Random, rows: int) -> dict[str, list[str | None]]:
    def mostly(usual: str | None, odd: tuple[str | None, ...], share: float = 0.3) -> list[str | None]:
        return [chance.choice(odd) if chance.random() < share else usual for _ in range(rows)]

    return {
        "attempt_id": [chance.choice((f"a{n}", f"a{n % 97}", f"a{n % 97} ", f"ａ{n % 97}", None)) for n in range(rows)],
        "attempted_at": mostly("2026-10-05T09:30:00Z", TIMES, 0.6),
        "outcome": mostly("refused", OUTCOMES),
        "time_grain": mostly("instant", GRAINS),
        "applicant_id": mostly("u1", ("u2", "", None)),
        "region": mostly("CN-GD", REGIONS),
        "amount_requested": mostly("1000", AMOUNTS, 0.5),
        "currency": mostly("CNY", CURRENCIES),
        "reason_codes": mostly("P301", (*REASONS, None)),
        "decided_at": mostly(None, TIMES, 0.2),
        "updated_at": mostly(LATER[0], (*LATER, *TIMES[:8])),
        "score": mostly("700", NUMBERS, 0.4),
        "latency_ms": mostly("10", NUMBERS, 0.2),
        "shown_message": mostly("系统繁忙", MESSAGES),
    }
