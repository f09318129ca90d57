"""What a lender may set for a home, in HOME/settings.toml: the zone that days are cut in, and what share may be bad."""

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.catalogue.reading import Table, read_toml
from etl.errors import InvalidValue
from etl.home import Home

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class Limits:
    """Shares of the rows of a load that may be kept out before the analyst is warned, or the load is stopped."""

    warn_above: float = 0.01
    refuse_above: float = 0.10


@dataclass(frozen=True)
class Settings:
    """`business_zone` None: the zone of the first profile, else `DEFAULT_ZONE`."""

    business_zone: str | None = None
    limits: Limits = Limits()


def read_settings(home: Home) -> Settings:
    """The settings of a home, the default ones where it has no file. `InvalidValue` names file, key and what to do."""
    if not home.settings.exists():
        return Settings()
    try:
        return _settings(read_toml(home.settings))
    except InvalidValue as problem:
        told = str(problem).removeprefix(str(home.settings)).removeprefix(home.settings.name)
        mend = f"correct it, then run: python -m etl load PATH --home {home.root}"
        raise InvalidValue(f"{home.settings}{told}; {mend}") from problem


def _settings(file: Table) -> Settings:
    file.allow("business_zone", "quarantine")
    zone = checked_zone(file, "business_zone") if "business_zone" in file.content else None
    return Settings(zone, _limits(file.table("quarantine")) if "quarantine" in file.content else Limits())


def checked_zone(table: Table, key: str) -> str:
    """The name of a time zone, such as Asia/Shanghai."""
    name = table.text(key)
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.complain(f"{key} {name!r} is no time zone; write it such as Asia/Shanghai or Europe/Amsterdam")


def _limits(table: Table) -> Limits:
    table.allow("warn_above", "refuse_above")
    shares = {name: _share(table, name, default) for name, default in vars(Limits()).items()}
    return Limits(**shares)


def _share(table: Table, key: str, default: float) -> float:
    value = table.content.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not 0 <= value <= 1:
        table.complain(f"{key} must be a share between 0 and 1, such as 0.1, not {value!r}")
    return float(value)
