"""The settings: every environment variable the toolkit reads, with its type, default and meaning."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from fisioflow_cli.settings.rules import Addresses, Environment, Url, Window, Zone


def _var(name: str, meaning: str, default: Any = None, **limits: Any) -> Any:
    return Field(default, validation_alias=name, description=meaning, **limits)


class Settings(BaseModel):
    """What the environment says; read it with `load`, which explains a value that does not fit."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Environment = _var(
        "FISIOFLOW_ENV",
        "`production`, `preview:<branch>` or `development`; unset, a preview of GitHub or Vercel is "
        "recognised. Only production sends.",
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
    whatsapp_template_appointment_reminder: str | None = _var(
        "WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER",
        "cloud: approved template of the appointment reminder.",
    )
    whatsapp_template_appointment_confirmation: str | None = _var(
        "WHATSAPP_TEMPLATE_APPOINTMENT_CONFIRMATION",
        "cloud: approved template of the appointment confirmation.",
    )
    whatsapp_template_appointment_cancellation: str | None = _var(
        "WHATSAPP_TEMPLATE_APPOINTMENT_CANCELLATION",
        "cloud: approved template of the cancellation note.",
    )
    whatsapp_template_language: str = _var(
        "WHATSAPP_TEMPLATE_LANGUAGE",
        "cloud: language code of the templates.",
        "pt_BR",
    )
    email_per_second: float = _var(
        "FISIOFLOW_EMAIL_PER_SECOND",
        "E-mails per second, of all threads together; Resend's default limit is 2 to 5 a team.",
        2.0,
        gt=0,
        le=1000,
    )
    whatsapp_per_second: float = _var(
        "FISIOFLOW_WHATSAPP_PER_SECOND",
        "WhatsApp messages per second, of all threads together.",
        5.0,
        gt=0,
        le=1000,
    )
    push_per_second: float = _var(
        "FISIOFLOW_PUSH_PER_SECOND",
        "Push messages per second, of all threads together.",
        20.0,
        gt=0,
        le=1000,
    )
    rejects: str | None = _var(
        "FISIOFLOW_REJECTS",
        "File for event lines that cannot be accepted (default: rejects.jsonl under `FISIOFLOW_HOME`).",
    )
    ai_organizations: Addresses = _var(
        "FISIOFLOW_AI_ORGANIZATIONS",
        "Organizations whose health records may go to a language model, de-identified: ids or `all`.",
        (),
    )
    openai_api_key: SecretStr | None = _var("OPENAI_API_KEY", "Key for the patient insights.")
    openai_base_url: Url = _var(
        "OPENAI_BASE_URL", "OpenAI's address, or a stand-in's.", "https://api.openai.com/v1"
    )
    openai_model: str = _var("OPENAI_MODEL", "Model that writes the insights.", "gpt-5.6-luna")
    vapid_private_key: SecretStr | None = _var(
        "VAPID_PRIVATE_KEY",
        "Web push: the private key, base64url as the libraries print it, or PEM.",
    )
    vapid_subject: str | None = _var(
        "VAPID_SUBJECT", "Web push: how push services reach you, e.g. `mailto:ti@example.com`."
    )
    log_format: Literal["auto", "text", "json"] = _var(
        "FISIOFLOW_LOG_FORMAT",
        "What is written to stderr: talk for people, or a record per line (docs/logging.md). Read "
        "before anything else, so neither from `.env` nor from a file.",
        "auto",
    )
    inngest_event_key: SecretStr | None = _var(
        "INNGEST_EVENT_KEY",
        "Keys that `fisioflow listen` accepts events with, comma-separated for rotation.",
    )
    dashboard_token: SecretStr | None = _var(
        "FISIOFLOW_DASHBOARD_TOKEN",
        "Token of `fisioflow dashboard`, 16 characters or more; default: a new one at each start.",
    )

    ping_url: SecretStr | None = _var(
        "FISIOFLOW_PING_URL",
        "Monitor that production's starts are told to, as healthchecks takes pings; `{workflow}` in it "
        "becomes the command's name.",
    )

    @property
    def production(self) -> bool:
        """Whether messages leave and the clinic changes."""
        return self.environment == "production"
