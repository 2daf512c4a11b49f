"""The checks on the channels: whether e-mail, WhatsApp and push are configured, fully, half or not."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import TYPE_CHECKING

from fisioflow_cli.checks.environment import setting_id
from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning
from fisioflow_cli.clinic.contact import usable_email

if TYPE_CHECKING:
    from fisioflow_cli.settings import Settings

KEY = setting_id("RESEND_API_KEY")
SENDER = setting_id("RESEND_FROM")
WHATSAPP = "settings.whatsapp"
PUSH = "settings.web-push"
INSIGHTS = "settings.insights"
FREE_MAIL = (
    *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com"),
    *("yahoo.com.br", "icloud.com", "uol.com.br", "bol.com.br", "terra.com.br"),
)
TEMPLATES = {
    "WHATSAPP_TEMPLATE_BIRTHDAY": "birthday greetings",
    "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "voucher reminders",
    "WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER": "appointment reminders",
    "WHATSAPP_TEMPLATE_APPOINTMENT_CONFIRMATION": "appointment confirmations",
    "WHATSAPP_TEMPLATE_APPOINTMENT_CANCELLATION": "cancellation notes",
}


def check_channels(settings: "Settings") -> Iterator[Finding]:
    """What keeps a channel from being used; outside production the outbox needs none of it."""
    yield _key(settings)
    yield _sender(settings)
    whatsapp = _whatsapp(settings)
    yield whatsapp
    for variable, messages in TEMPLATES.items():
        yield _template(settings, variable, messages)
    yield _push(settings)
    yield _insights(settings)


def _key(settings: "Settings") -> Finding:
    if settings.resend_api_key is not None:
        return ok(KEY, "The key for e-mail is set.")
    return _lacking(settings, KEY, "There is no key for e-mail.", "Set RESEND_API_KEY.")


def _sender(settings: "Settings") -> Finding:
    remedy = "Set RESEND_FROM like Clínica <avisos@example.com>."
    if not settings.resend_from:
        return _lacking(settings, SENDER, "There is no sender for e-mail.", remedy)
    if usable_email(parseaddr(settings.resend_from)[1]) is None:
        broken = failure if settings.production else warning
        return broken(SENDER, "RESEND_FROM holds no e-mail address.", remedy)
    if settings.production and (obstacle := _foreign_domain(parseaddr(settings.resend_from)[1])):
        return failure(
            SENDER, obstacle, "Set RESEND_FROM to an address of the clinic's own domain."
        )
    return ok(SENDER, "The sender of e-mail is set.")


def _foreign_domain(address: str) -> str | None:
    """Why nobody can send from this domain in earnest; None: it may be the clinic's own."""
    domain = address.rpartition("@")[2].lower()
    if domain == "resend.dev":
        return "RESEND_FROM is Resend's test sender, which reaches the account's owner only."
    if domain in FREE_MAIL:
        return (
            f"RESEND_FROM is an address at {domain}, a domain that nobody but its owner can verify."
        )
    return None


def _lacking(settings: "Settings", check: str, message: str, remedy: str) -> Finding:
    if settings.production:
        return failure(check, message, remedy)
    if settings.allow_recipients:
        return warning(check, f"{message} Not even the listed recipients get any.", remedy)
    return skipped(check, f"{message} Outside production the outbox needs none.")


def _whatsapp(settings: "Settings") -> Finding:
    needed = _whatsapp_settings(settings)
    missing = [name for name, is_set in needed.items() if not is_set]
    if not missing:
        return ok(WHATSAPP, f"WhatsApp is configured ({settings.whatsapp_provider}).")
    if len(missing) == len(needed):
        return skipped(WHATSAPP, "WhatsApp is not configured: patients are reached by e-mail.")
    return failure(
        WHATSAPP,
        f"WhatsApp is only half configured; not set: {', '.join(missing)}.",
        f"Set that too, or unset {', '.join(name for name in needed if name not in missing)}.",
    )


def _whatsapp_settings(settings: "Settings") -> dict[str, bool]:
    """What the provider cannot do without, and whether it is set."""
    if settings.whatsapp_provider == "evolution":
        return {
            "WHATSAPP_API_KEY": settings.whatsapp_api_key is not None,
            "WHATSAPP_INSTANCE": bool(settings.whatsapp_instance),
            "WHATSAPP_API_URL": settings.whatsapp_api_url is not None,
        }
    return {
        "WHATSAPP_ACCESS_TOKEN": settings.whatsapp_access_token is not None,
        "WHATSAPP_PHONE_NUMBER_ID": bool(settings.whatsapp_phone_number_id),
    }


def _template(settings: "Settings", variable: str, messages: str) -> Finding:
    check = setting_id(variable)
    if settings.whatsapp_provider == "evolution":
        return skipped(check, "Evolution needs no template.")
    if getattr(settings, variable.lower()):
        return ok(check, f"The template for {messages} is named.")
    if not any(_whatsapp_settings(settings).values()):
        # an outbox shows no WhatsApp message either, unless its template is named
        stands_in = "" if settings.production else " Without a template the outbox shows e-mails."
        return skipped(check, f"WhatsApp is not configured.{stands_in}")
    return warning(
        check,
        f"No WhatsApp template is named for {messages}, so they go by e-mail (no_template).",
        f"Set {variable} to the name of a template that Meta has approved.",
    )


def _push(settings: "Settings") -> Finding:
    key, subject = settings.vapid_private_key is not None, bool(settings.vapid_subject)
    if key and subject:
        return ok(PUSH, "Web push is configured.")
    if not key and not subject:
        return skipped(PUSH, "Web push is not configured: push notifications wait.")
    missing, other = "VAPID_SUBJECT", "VAPID_PRIVATE_KEY"
    if subject:
        missing, other = other, missing
    return failure(
        PUSH,
        f"Web push is only half configured; not set: {missing}.",
        f"Set that too, or unset {other}.",
    )


def _insights(settings: "Settings") -> Finding:
    key, allowed = settings.openai_api_key is not None, bool(settings.ai_organizations)
    if key and allowed:
        return ok(INSIGHTS, "Patient insights are configured.")
    if allowed:
        return warning(
            INSIGHTS,
            "Organizations are listed for insights, but there is no key: their events wait.",
            "Set OPENAI_API_KEY, or empty FISIOFLOW_AI_ORGANIZATIONS.",
        )
    why = "no organization is on FISIOFLOW_AI_ORGANIZATIONS"
    return skipped(INSIGHTS, f"No record goes to a language model: {why}.")
