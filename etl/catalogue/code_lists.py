"""Code lists: TOML files of reasons, several editions of one list merged, a lender's own laid over the shipped ones."""

from dataclasses import dataclass, field
from datetime import date

from etl.catalogue.reading import LANGUAGES, Table
from etl.catalogue.things import Cause, Gate, Reason, Scheme, SchemeVersion
from etl.contract import SLOT_SEPARATOR
from etl.words import Words

DEFAULT_SCHEME = "default"
UNSPECIFIED = "unspecified"
"""Both the reason and the cause of a refusal that carries no reason."""
KEYS = ("scheme", "version", "valid_from", *LANGUAGES, "reasons")


@dataclass(frozen=True)
class Edition:
    """One file: a code list as it was or is from some day on. `words` are None where another file has them."""

    scheme: str
    version: SchemeVersion
    words: Words | None
    reasons: dict[str, tuple[Reason, Table]]
    aliases: dict[str, str]


@dataclass
class CodeLists:
    """The code lists of one folder. A code means one cause in all editions of its list."""

    gates: dict[str, Gate]
    causes: dict[str, Cause]
    editions: list[Edition] = field(default_factory=list)

    def add(self, file: Table, otherwise: str | None = None) -> None:
        """Take in a file; one that does not name its scheme belongs to the scheme `otherwise`."""
        scheme = file.text("scheme") if otherwise is None else file.optional_text("scheme") or otherwise
        version = SchemeVersion(file.optional_text("version") or "", file.optional_day("valid_from"))
        if any((known.scheme, known.version.version) == (scheme, version.version) for known in self.editions):
            which = f"{scheme!r} version {version.version!r}" if version.version else repr(scheme)
            file.complain(f"scheme: {which} is described in another file already")
        has_words = otherwise is None or any(language in file.content for language in LANGUAGES)
        reasons = {}
        for code, table in file.tables("reasons"):
            reason = self._reason(scheme, code, table)
            reasons[reason.id] = (reason, table)
        edition = Edition(scheme, version, file.words() if has_words else None, reasons, _aliases(reasons))
        self.editions.append(edition)

    def _reason(self, scheme: str, code: str, table: Table) -> Reason:
        table.allow(*LANGUAGES, "cause", "gate", "retryable", "advice", "aliases")
        if SLOT_SEPARATOR in code or not code.strip():
            table.complain(f"a code must not be blank or contain {SLOT_SEPARATOR!r}")
        cause = self.causes[table.known("cause", self.causes)]
        if (scheme, code) == (DEFAULT_SCHEME, UNSPECIFIED) and cause.id != UNSPECIFIED:
            table.complain(f"cause must be {UNSPECIFIED!r}: this is the refusal that carries no reason")
        return Reason(
            id=reason_id(scheme, code),
            cause=cause.id,
            words=table.words(),
            gate=table.known("gate", self.gates) if "gate" in table.content else "",
            retryable=table.flag("retryable", cause.retryable),
            advice=table.advice(cause.advice),
            scheme=scheme,
        )

    def over(
        self, reasons: dict[str, Reason], schemes: dict[str, Scheme]
    ) -> tuple[dict[str, Reason], dict[str, Scheme]]:
        """What is known already with these lists laid over it; the latest edition of a code has the last word."""
        reasons, schemes = dict(reasons), dict(schemes)
        causes: dict[str, str] = {}
        for edition in sorted(self.editions, key=_age):
            for reason, table in edition.reasons.values():
                if reason.id in reasons and reasons[reason.id].scheme != reason.scheme:
                    table.complain(f"duplicate code {reason.id!r}")
                if causes.setdefault(reason.id, reason.cause) != reason.cause:
                    table.complain(
                        f"cause: another version of {edition.scheme!r} says {causes[reason.id]!r};"
                        " a code with a new meaning needs a scheme of its own"
                    )
                reasons[reason.id] = reason
            schemes[edition.scheme] = _merged(edition, schemes.get(edition.scheme))
        return reasons, schemes


def reason_id(scheme: str, code: str) -> str:
    """How a code of a list is stored: `hmda:1`; those of the default scheme as they are."""
    return code if scheme == DEFAULT_SCHEME else f"{scheme}:{code}"


def _aliases(reasons: dict[str, tuple[Reason, Table]]) -> dict[str, str]:
    aliases: dict[str, str] = {}
    for id, (reason, table) in reasons.items():
        code = id if reason.scheme == DEFAULT_SCHEME else id.removeprefix(f"{reason.scheme}:")
        for alias in (code, *table.texts("aliases")):
            if aliases.setdefault(alias, id) != id:
                table.complain(f"aliases: {alias!r} already stands for {aliases[alias]!r}")
    return aliases


def _age(edition: Edition) -> tuple[date, str]:
    return edition.version.valid_from or date.min, edition.version.version


def _merged(edition: Edition, known: Scheme | None) -> Scheme:
    if known is None:
        known = Scheme(edition.scheme, Words(en=edition.scheme, zh=edition.scheme), {})
    versions = {version.version: version for version in (*known.versions, edition.version)}
    if len(versions) > 1 and versions.get("") == SchemeVersion("", None):
        del versions[""]
    return Scheme(
        edition.scheme, edition.words or known.words, {**known.aliases, **edition.aliases}, tuple(versions.values())
    )
