"""The same models on Apache Spark, for a log that no laptop holds: its sums come back and become a snapshot here."""

from importlib.util import find_spec

from etl.errors import InvalidValue

PACKAGES = ("pyspark", "sqlglot")


def check_installed() -> None:
    """Raises `InvalidValue` where a package is missing that only this needs; to be asked before anything here."""
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        raise InvalidValue(f"Spark needs {' and '.join(missing)}; run: pip install 'refusal-lens[spark]'")
