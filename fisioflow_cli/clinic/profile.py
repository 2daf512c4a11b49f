"""A clinic profile: the SELECTs, clean-up targets and writes of one database, read from a file."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, String, Uuid, bindparam, text

from fisioflow_cli.clinic.relations import ID, INSTANT, RELATIONS, TEXT
from fisioflow_cli.errors import ProfileInvalid

if TYPE_CHECKING:
    from sqlalchemy import Subquery, TextClause
    from sqlalchemy.types import TypeEngine

BUILT_IN = ("fisioflow", "supabase-2026-01", "neon-2026-08")
COLUMNS = {relation.name: relation.columns for relation in RELATIONS}
REQUIRED = tuple(relation.name for relation in RELATIONS if not relation.optional)
ID_TYPES: "Mapping[str, TypeEngine[Any]]" = MappingProxyType(
    {"uuid": Uuid(as_uuid=False), "text": String(), "integer": BigInteger()}
)
DIALECTS = ("postgresql", "sqlite")
CLEANUP = ("notification_history", "password_reset_tokens", "health_logs", "sessions")
WRITES: "Mapping[str, Mapping[str, TypeEngine[Any] | str]]" = MappingProxyType(
    {
        "expire_waitlist_offer": {"id": ID, "now": INSTANT},
        "refuse_waitlist_entry": {"waitlist_id": ID, "now": INSTANT},
        "record_notification": {
            "id": ID,
            "organization_id": ID,
            "user_id": TEXT,
            "channel": TEXT,
            "title": TEXT,
            "body": TEXT,
            "status": TEXT,
            "error": TEXT,
            "now": INSTANT,
        },
        "retire_push_subscription": {"id": ID, "now": INSTANT},
        "record_insight": {
            "id": ID,
            "organization_id": ID,
            "patient_id": ID,
            "text": TEXT,
            "now": INSTANT,
        },
    }
)
"""Each write, the parameters it may use and their types."""
OFFER_WRITES = ("expire_waitlist_offer", "refuse_waitlist_entry")
"""What a profile with waitlist offers needs; every other write may be absent."""
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")


@dataclass(frozen=True, kw_only=True)
class CleanupTarget:
    """A table that the clean-up empties of old rows; `older_than` is an SQL expression."""

    name: str
    table: str
    id: str
    older_than: str | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How one concrete database maps onto the relations we read."""

    name: str
    summary: str
    dialects: tuple[str, ...]
    ids: str
    selects: Mapping[str, str]
    cleanup: Mapping[str, CleanupTarget]
    writes: Mapping[str, str]

    @property
    def id_type(self) -> "TypeEngine[Any]":
        """The SQL type of this database's ids, read as text where they are UUIDs."""
        return ID_TYPES[self.ids]

    def has(self, name: str) -> bool:
        """Whether the database holds this relation: the optional ones may be absent."""
        return name in self.selects

    def relation(self, name: str, timezone: str) -> "Subquery":
        """The relation as a table to select from, its columns typed and found by their names.

        `timezone` is the IANA zone of organizations that have none of their own.
        """
        select = text(self.selects[name])
        if "timezone" in _parameters(self.selects[name]):
            select = select.bindparams(timezone=timezone)
        types = {column: self._type(kind) for column, kind in COLUMNS[name].items()}
        return select.columns(**types).subquery(name)

    def write(self, name: str, values: Mapping[str, Any]) -> "TextClause":
        """One of the writes, ready to be executed; of `values` it takes what it uses, typed."""
        statement = text(self.writes[name])
        used = statement.compile().params
        return statement.bindparams(
            *(
                bindparam(parameter, values.get(parameter), self._type(kind))
                for parameter, kind in WRITES[name].items()
                if parameter in used
            )
        )

    def _type(self, kind: "TypeEngine[Any] | str") -> "TypeEngine[Any]":
        # the only marker is ID
        return self.id_type if isinstance(kind, str) else kind


def load_profile(name_or_path: str) -> Profile:
    """The built-in profile of this name, else the one in this file; raises ProfileInvalid."""
    if name_or_path in BUILT_IN:
        file = files("fisioflow_cli.clinic").joinpath("profiles", f"{name_or_path}.toml")
        return _Reader(f"{name_or_path}.toml").profile(file.read_text(encoding="utf-8"))
    try:
        content = Path(name_or_path).expanduser().read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        known = ", ".join(BUILT_IN)
        reason = "is not UTF-8 text" if isinstance(error, UnicodeError) else "cannot be read"
        raise ProfileInvalid(
            f"The clinic profile {name_or_path} {reason}; set FISIOFLOW_CLINIC_PROFILE to "
            f"{known} or to the path of a profile file."
        ) from None
    return _Reader(name_or_path).profile(content)


def _parameters(sql: str) -> frozenset[str]:
    return frozenset(text(sql).compile().params)


@dataclass(frozen=True)
class _Reader:
    """Reads one file; each refusal names the file, the key and the remedy."""

    file: str

    def profile(self, content: str) -> Profile:
        try:
            document = tomllib.loads(content)
        except tomllib.TOMLDecodeError as error:
            raise ProfileInvalid(f"{self.file} is not TOML: {error}; correct that line.") from None
        self.known("", document, ("profile", "relations", "cleanup", "writes"))
        head = self.table("profile", document.get("profile", {}))
        self.known("profile", head, ("name", "summary", "dialects", "ids"))
        return Profile(
            name=self.sentence("profile.name", head.get("name")),
            summary=self.sentence("profile.summary", head.get("summary")),
            dialects=self.dialects(head.get("dialects")),
            ids=self.ids(head.get("ids")),
            selects=self.selects(self.table("relations", document.get("relations", {}))),
            cleanup=self.cleanup(self.table("cleanup", document.get("cleanup", {}))),
            writes=self.writes(self.table("writes", document.get("writes", {}))),
        )

    def refuse(self, key: str, remedy: str) -> ProfileInvalid:
        return ProfileInvalid(f"{self.file}: {key} {remedy}.")

    def known(self, section: str, table: Mapping[str, Any], names: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                key = f"{section}.{name}" if section else name
                raise self.refuse(key, f"is not known; here belong only {', '.join(names)}")

    def table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse(key, f"must be a section; write [{key}]")
        return value

    def sentence(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, "is missing or not text; write it between quotes")
        return value.strip()

    def dialects(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or any(name not in DIALECTS for name in value):
            raise self.refuse("profile.dialects", f"must be a list of {' or '.join(DIALECTS)}")
        return tuple(value)

    def ids(self, value: Any) -> str:
        if not isinstance(value, str) or value not in ID_TYPES:
            raise self.refuse("profile.ids", f"must be one of {', '.join(ID_TYPES)}")
        return value

    def selects(self, table: dict[str, Any]) -> Mapping[str, str]:
        self.known("relations", table, tuple(COLUMNS))
        for name in REQUIRED:
            if name not in table:
                raise self.refuse(f"relations.{name}", "is missing; write its SELECT")
        allowed = frozenset({"timezone"})
        found = {name: self.sql(f"relations.{name}", sql, allowed) for name, sql in table.items()}
        return MappingProxyType(found)

    def writes(self, table: dict[str, Any]) -> Mapping[str, str]:
        self.known("writes", table, tuple(WRITES))
        found = {
            name: self.sql(f"writes.{name}", sql, frozenset(WRITES[name]))
            for name, sql in table.items()
        }
        return MappingProxyType(found)

    def sql(self, key: str, value: Any, allowed: frozenset[str]) -> str:
        sql = self.sentence(key, value).rstrip("; \n")
        for parameter in sorted(_parameters(sql) - allowed):
            names = ", ".join(f":{name}" for name in sorted(allowed))
            raise self.refuse(key, f"uses :{parameter}; it may use only {names} (casts: CAST(…))")
        # a comment in the last line must not swallow what is wrapped around the SELECT
        return f"{sql}\n"

    def cleanup(self, table: dict[str, Any]) -> Mapping[str, CleanupTarget]:
        self.known("cleanup", table, CLEANUP)
        return MappingProxyType({name: self.target(name, rows) for name, rows in table.items()})

    def target(self, name: str, value: Any) -> CleanupTarget:
        section = f"cleanup.{name}"
        table = self.table(section, value)
        # which sessions are old and empty, the sessions relation says
        by_age = name != "sessions"
        self.known(section, table, ("table", "id", "older_than") if by_age else ("table", "id"))
        age = self.sentence(f"{section}.older_than", table.get("older_than")) if by_age else None
        return CleanupTarget(
            name=name,
            table=self.identifier(f"{section}.table", table.get("table")),
            id=self.identifier(f"{section}.id", table.get("id")),
            older_than=age,
        )

    def identifier(self, key: str, value: Any) -> str:
        name = self.sentence(key, value)
        if not NAME.fullmatch(name):
            raise self.refuse(key, "must be a plain name such as health_logs")
        return name
