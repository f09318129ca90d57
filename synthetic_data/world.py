"""The fixed furniture of the world: personas, products, channels, devices, partners, releases and policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from functools import cached_property

BUSINESS_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one clock and no daylight saving, so a fixed offset is exact."""


@dataclass(frozen=True)
class Persona:
    """A way of life. Standing is the latent credit standing: 0 is a score of 650."""

    id: str
    share: float
    appetite: int
    standing: float
    spread: float
    income: int
    utilisation: float
    thin: float
    low_tier: float


PERSONAS = (
    Persona("steady_salaried", 0.34, 2, 1.07, 0.70, 9_000, 0.36, 0.02, 0.12),
    Persona("young", 0.20, 3, 0.42, 0.75, 4_200, 0.40, 0.24, 0.25),
    Persona("gig_worker", 0.17, 3, 0.34, 0.80, 5_800, 0.50, 0.10, 0.40),
    Persona("small_merchant", 0.12, 2, 0.57, 0.85, 12_000, 0.55, 0.05, 0.20),
    Persona("many_lenders", 0.07, 4, 0.12, 0.75, 5_500, 0.78, 0.01, 0.35),
    Persona("dormant", 0.10, 1, 0.72, 0.90, 6_500, 0.22, 0.12, 0.35),
)


@dataclass(frozen=True)
class Product:
    """What is asked for, how much of it, and within which limits: the lowest score and the largest easy amount."""

    id: str
    median_amount: int
    spread: float
    cut_off: int
    line: int
    months: int
    shares: tuple[float, ...]
    """How much each persona wants it."""


PRODUCTS = (
    Product("cash_loan", 6_000, 0.75, 540, 16_000, 12, (0.40, 0.46, 0.52, 0.22, 0.66, 0.44)),
    Product("credit_line", 9_000, 0.65, 555, 22_000, 12, (0.30, 0.16, 0.20, 0.20, 0.20, 0.28)),
    Product("instalment", 3_200, 0.60, 520, 8_000, 12, (0.28, 0.38, 0.25, 0.10, 0.13, 0.26)),
    Product("merchant_loan", 18_000, 0.70, 545, 40_000, 24, (0.02, 0.00, 0.03, 0.48, 0.01, 0.02)),
)

CASH_LOAN, CREDIT_LINE, INSTALMENT, MERCHANT_LOAN = range(4)

SMALLEST_AMOUNT, LARGEST_AMOUNT = 500, 50_000

CHANNELS = ("app", "mini_program", "web", "partner_api", "wallet")
APP, MINI_PROGRAM, WEB, PARTNER_API, WALLET = range(5)
CHANNEL_SHARES = (0.58, 0.22, 0.08, 0.12, 0.00)
"""Nobody comes through a phone maker's wallet until a scenario opens it."""

SYSTEMS = ("iOS", "Android", "HarmonyOS", "web")
IOS, ANDROID, HARMONY, BROWSER = range(4)
SYSTEM_SHARES = (0.29, 0.53, 0.18)

PARTNERS = ("partner_a", "partner_b", "partner_c", "partner_d", "partner_e")
PARTNER_D = 3
PARTNER_SHARES = (
    (0.34, 0.26, 0.20, 0.12, 0.08),
    (0.20, 0.40, 0.20, 0.12, 0.08),
    (0.28, 0.18, 0.34, 0.12, 0.08),
    (0.10, 0.20, 0.10, 0.20, 0.40),
)
"""By product."""

PAYDAYS = (5, 10, 15, 25)
PAYDAY_SHARES = (0.24, 0.34, 0.28, 0.14)


@dataclass(frozen=True)
class Release:
    """An app version: a growing gray ring first, then everybody, unless it was recalled before."""

    version: str
    gray_from: date
    recalled: date | None = None

    @cached_property
    def stable_from(self) -> date:
        return self.gray_from + GRAY_STAGE * len(GRAY_SHARES)


GRAY_SHARES = (0.01, 0.05, 0.20, 0.50)
GRAY_STAGE = timedelta(days=3)


def _quiet_releases(first: date, last: date) -> Iterator[Release]:
    """One every eight weeks, of which there is nothing to tell; with a new year comes a new major number."""
    number, day = 7, first
    while day <= last:
        yield Release(f"{day.year - MAJOR_SINCE}.{number}.0", day)
        number = number + 1 if (day + RELEASE_RHYTHM).year == day.year else 0
        day += RELEASE_RHYTHM


RELEASE_RHYTHM = timedelta(weeks=8)
MAJOR_SINCE = 2019
CALENDAR = (date(2024, 1, 1), date(2035, 12, 31))
"""For which days there are lunar New Years and releases."""

RELEASES = (
    Release("6.6.0", date(2024, 6, 4)),
    Release("6.7.0", date(2024, 11, 19)),
    Release("6.8.0", date(2025, 3, 4)),
    Release("6.9.0", date(2025, 6, 10)),
    Release("7.0.0", date(2025, 9, 2)),
    Release("7.0.2", date(2025, 10, 14)),
    Release("7.1.0", date(2025, 11, 25)),
    Release("7.2.0", date(2026, 1, 13)),
    Release("7.2.1", date(2026, 2, 24)),
    Release("7.3.0", date(2026, 3, 31)),
    Release("7.3.2", date(2026, 5, 12)),
    Release("7.4.0", date(2026, 7, 7), recalled=date(2026, 7, 19)),
    Release("7.4.1", date(2026, 7, 28)),
    Release("7.5.0", date(2026, 9, 1)),
    Release("7.6.0", date(2026, 10, 8)),
    *_quiet_releases(date(2026, 12, 1), CALENDAR[1]),
)

POLICIES = (
    ("2024.1", date(2024, 1, 1)),
    ("2025.1", date(2025, 1, 6)),
    ("2025.2", date(2025, 7, 1)),
    ("2026.1", date(2026, 1, 5)),
    ("2026.2", date(2026, 4, 1)),
    ("2026.3", date(2026, 7, 1)),
    ("2026.4", date(2026, 10, 9)),
)
