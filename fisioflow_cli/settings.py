"""The settings: every environment variable the toolkit reads, with its type, default and meaning."""

import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from fisioflow_cli.errors import InvalidSetting, MissingSetting

PREVIEW = re.compile(r"preview:[\w./-]{1,100}")


def _environment(value: str) -> str:
    if value in {"production", "development"} or PREVIEW.fullmatch(value):
        return value
    raise ValueError("write production, development or preview:<branch>")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("name an IANA time zone such as America/Sao_Paulo") from error
    return value


def _window(value: str) -> str:
    if value != "always":
        parse_window(value)
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+.*", value):
        raise ValueError("write an address that begins with http:// or https://")
    return value.rstrip("/")


def _split(value: str | tuple[str, ...]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def parse_window(value: str) -> tuple[time, time]:
    """The first and the last local time of a window such as `08:00-20:00`; ValueError otherwise."""
    match = re.fullmatch(r"(\d{2}:\d{2})-(\d{2}:\d{2})", value)
    if not match:
        raise ValueError("write HH:MM-HH:MM or always")
    first, last = time.fromisoformat(match[1]), time.fromisoformat(match[2])
    if first >= last:
        raise ValueError("the window must end after it begins")
    return first, last


Environment = Annotated[str, AfterValidator(_environment)]
Zone = Annotated[str, AfterValidator(_zone)]
Window = Annotated[str, AfterValidator(_window)]
Url = Annotated[str, AfterValidator(_url)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(_split)]


def _var(name: str, meaning: str, default: Any = None, **limits: Any) -> Any:
    return Field(default, validation_alias=name, description=meaning, **limits)


class Settings(BaseModel):
    """What the environment says; read it with `load`, which explains a value that does not fit."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Environment = _var(
        "FISIOFLOW_ENV",
        "`production`, `preview:<branch>` or `development`. Only production sends.",
        "development",
    )
    home: Path = _var(
        "FISIOFLOW_HOME",
        "State folder (SQLite database, outbox); default: the platform's user data folder.",
    )
    database_url: SecretStr | None = _var(
        "DATABASE_URL",
        "The clinic's database; default: SQLite under `FISIOFLOW_HOME`.",
    )
    ledger_url: SecretStr | None = _var(
        "FISIOFLOW_LEDGER_URL",
        "The ledger's database, if it is not the clinic's.",
    )
    clinic_profile: str = _var(
        "FISIOFLOW_CLINIC_PROFILE",
        "`fisioflow`, `supabase-2026-01`, `neon-2026-08` or the path of your own profile.",
        "fisioflow",
    )
    timezone: Zone = _var(
        "FISIOFLOW_TIMEZONE",
        "Time zone of the slots and of organizations without their own.",
        "America/Sao_Paulo",
    )
    allow_recipients: Addresses = _var(
        "FISIOFLOW_ALLOW_RECIPIENTS",
        "Addresses that may receive outside production, comma-separated.",
        (),
    )
    send_window: Window = _var(
        "FISIOFLOW_SEND_WINDOW",
        "When patients are written to, local time, or `always`.",
        "08:00-20:00",
    )
    message_minors: bool = _var(
        "FISIOFLOW_MESSAGE_MINORS",
        "Send birthday and voucher messages of minors to the address on file.",
        False,
    )
    require_consent: bool = _var(
        "FISIOFLOW_REQUIRE_CONSENT",
        "Write only to people with a recorded consent.",
        False,
    )
    allow_clinic_writes: bool = _var(
        "FISIOFLOW_ALLOW_CLINIC_WRITES",
        "Let a run outside production change the clinic's tables.",
        False,
    )
    lease_seconds: int = _var(
        "FISIOFLOW_LEASE_SECONDS",
        "How long a silent process keeps its run, seconds.",
        60,
        ge=1,
        le=3600,
    )
    payload_days: int = _var(
        "FISIOFLOW_PAYLOAD_DAYS",
        "How long the texts of settled messages are kept, days.",
        90,
        ge=1,
        le=3650,
    )
    outbox: str | None = _var(
        "FISIOFLOW_OUTBOX",
        "Folder for messages that must not leave (default under `FISIOFLOW_HOME`); `none`: no files.",
    )
    resend_api_key: SecretStr | None = _var(
        "RESEND_API_KEY", "Key of the Resend account that sends e-mail."
    )
    resend_from: str | None = _var("RESEND_FROM", "Sender, e.g. `Clínica <avisos@example.com>`.")
    resend_api_url: Url = _var(
        "RESEND_API_URL", "Resend's address, or a stand-in's.", "https://api.resend.com"
    )
    whatsapp_provider: Literal["cloud", "evolution"] = _var(
        "WHATSAPP_PROVIDER",
        "`cloud` (Meta) or `evolution`.",
        "cloud",
    )
    whatsapp_api_url: Url | None = _var(
        "WHATSAPP_API_URL",
        "cloud: version included, default `https://graph.facebook.com/v25.0`; evolution: the server.",
    )
    whatsapp_access_token: SecretStr | None = _var(
        "WHATSAPP_ACCESS_TOKEN", "cloud: a system user's token."
    )
    whatsapp_phone_number_id: str | None = _var(
        "WHATSAPP_PHONE_NUMBER_ID", "cloud: id of the sending number."
    )
    whatsapp_api_key: SecretStr | None = _var(
        "WHATSAPP_API_KEY", "evolution: the server's or instance's key."
    )
    whatsapp_instance: str | None = _var("WHATSAPP_INSTANCE", "evolution: the instance that sends.")
    whatsapp_template_birthday: str | None = _var(
        "WHATSAPP_TEMPLATE_BIRTHDAY",
        "cloud: approved template of the birthday greeting.",
    )
    whatsapp_template_voucher_expiry: str | None = _var(
        "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY",
        "cloud: approved template of the voucher reminder.",
    )
    whatsapp_template_language: str = _var(
        "WHATSAPP_TEMPLATE_LANGUAGE",
        "cloud: language code of the templates.",
        "pt_BR",
    )

    @property
    def production(self) -> bool:
        """Whether messages leave and the clinic changes."""
        return self.environment == "production"


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings of `environ`; in development also those of `folder`'s `.env`.

    `NAME_FILE` names a file that holds the value of NAME. Raises InvalidSetting or MissingSetting,
    which never repeat a value: it may be a secret.
    """
    own = _with_files(environ)
    home = platformdirs.user_data_dir("fisioflow", appauthor=False)
    raw = {"FISIOFLOW_HOME": home, **_dotenv(own, folder / ".env"), **own}
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(f"{first['loc'][0]} cannot be used: {reason}.") from None


def _dotenv(own: Mapping[str, str], path: Path) -> dict[str, str]:
    """What `.env` adds to the environment's own values: nothing unless they mean development."""
    if own.get("FISIOFLOW_ENV", "development") != "development" or not path.is_file():
        return {}
    values = _with_files({name: value or "" for name, value in dotenv_values(path).items()})
    if values.get("FISIOFLOW_ENV", "development") != "development":
        raise InvalidSetting(
            f"{path.name} must not set FISIOFLOW_ENV; set it in the environment itself."
        )
    return values


def _with_files(values: Mapping[str, str]) -> dict[str, str]:
    """What is set and not empty, and what the files named by NAME_FILE hold."""
    found = {name: value for name, value in values.items() if value}
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        path = found.get(f"{name}_FILE")
        if path is None:
            continue
        if name in found:
            raise InvalidSetting(f"{name} and {name}_FILE are both set; unset one of them.")
        found[name] = _content(f"{name}_FILE", Path(path))
    return found


def _content(variable: str, path: Path) -> str:
    try:
        content = path.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise MissingSetting(
            f"{variable} names a file that cannot be read; correct the path or its permissions."
        ) from None
    if not content:
        raise MissingSetting(f"{variable} names an empty file; write the value into it.")
    return content


def secret_files(environ: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """The files that hold secrets, by the variable that names them: `RESEND_API_KEY_FILE`, …"""
    secrets = [
        f"{field.validation_alias}_FILE"
        for field in Settings.model_fields.values()
        if SecretStr in get_args(field.annotation)
    ]
    return {name: Path(environ[name]).expanduser() for name in secrets if environ.get(name)}


def from_process(folder: Path | None = None) -> Settings:
    """The settings of this very process."""
    return load(os.environ, folder or Path.cwd())
