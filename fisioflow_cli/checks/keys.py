"""The checks on the form of keys: what was pasted along, forgotten, or meant for something else."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning
from fisioflow_cli.errors import InvalidSetting

if TYPE_CHECKING:
    from pydantic import SecretStr

    from fisioflow_cli.settings import Settings

KEYS = {
    "RESEND_API_KEY": "resend_api_key",
    "WHATSAPP_ACCESS_TOKEN": "whatsapp_access_token",
    "WHATSAPP_API_KEY": "whatsapp_api_key",
    "OPENAI_API_KEY": "openai_api_key",
    "VAPID_PRIVATE_KEY": "vapid_private_key",
    "INNGEST_EVENT_KEY": "inngest_event_key",
}
"""Each key's variable and the name of its setting."""
BEGINS = {
    "RESEND_API_KEY": ("re_", "resend_api_url", "https://api.resend.com"),
    "WHATSAPP_ACCESS_TOKEN": ("EAA", "whatsapp_api_url", "https://graph.facebook.com"),
    "OPENAI_API_KEY": ("sk-", "openai_base_url", "https://api.openai.com"),
}
"""What a provider's own keys begin with; another server's may look like anything."""
SAMPLE = re.compile(
    r"x{4,}|\*{3,}|your[-_ ]|sua[-_ ]|change[-_ ]?me|placeholder|<[^>]*>|\.\.\.|…", re.IGNORECASE
)
AGAIN = "Copy it again, without anything before or after it."


def key_id(variable: str) -> str:
    """The id of the finding on a key's form: `keys.resend-api-key`."""
    return f"keys.{variable.lower().replace('_', '-')}"


def check_keys(settings: "Settings") -> Iterator[Finding]:
    """Whether what is set as a key can be one; nothing of it is repeated."""
    for variable, name in KEYS.items():
        secret: SecretStr | None = getattr(settings, name)
        check = key_id(variable)
        if secret is None:
            yield skipped(check, f"{variable} is not set.")
        elif variable == "VAPID_PRIVATE_KEY":
            yield _vapid(check, secret.get_secret_value(), settings.vapid_subject)
        else:
            yield _judge(settings, variable, secret.get_secret_value())


def _judge(settings: "Settings", variable: str, value: str) -> Finding:
    check = key_id(variable)
    if pasted := _pasted(variable, value):
        return failure(check, f"{variable} {pasted}.", AGAIN)
    if SAMPLE.search(value):
        return failure(
            check,
            f"{variable} still holds a sample instead of a key.",
            "Put the provider's key there.",
        )
    begins, address, own = BEGINS.get(variable, ("", "", ""))
    used = getattr(settings, address, None) or own
    if begins and used.startswith(own) and not value.startswith(begins):
        return warning(
            check,
            f"{variable} does not begin with {begins}, as keys of that provider do.",
            "Check that no other key was put there; `fisioflow doctor --verify-keys` asks the provider.",
        )
    return ok(check, f"{variable} has the form of a key.")


def _pasted(variable: str, value: str) -> str | None:
    """What a key cannot have, in half a sentence; None: nothing of it."""
    if value != value.strip():
        return "begins or ends with a space or a line break"
    if value[0] in "\"'`“”‘’" or value[-1] in "\"'`“”‘’":
        return "has quotation marks around it, which do not belong to the key"
    if value.startswith((f"{variable}=", f"export {variable}")):
        return "holds the name of the variable as well"
    if value.lower().startswith("bearer "):
        return "begins with the word Bearer, which does not belong to the key"
    if not (value.isascii() and value.isprintable()) or " " in value:
        return "holds a space, a line break or a character that no key has"
    return None


def _vapid(check: str, value: str, subject: str | None) -> Finding:
    from fisioflow_cli.gateways.push_vapid import signer  # noqa: PLC0415  # where there is a key

    try:
        signer(value, subject or "mailto:ti@example.com")
    except InvalidSetting as error:
        said, _, remedy = error.message.partition("; ")
        remedy = remedy or "Write VAPID_SUBJECT like mailto:ti@example.com."
        return failure(check, f"{said.rstrip('.')}.", f"{remedy[:1].upper()}{remedy[1:]}")
    return ok(check, "VAPID_PRIVATE_KEY is a key of the curve P-256.")
