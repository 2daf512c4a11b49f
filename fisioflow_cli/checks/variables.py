"""The checks on variables that are set and have no effect here, or another one than meant."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, failure, ok, warning
from fisioflow_cli.console import plain
from fisioflow_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

INNGEST = "variables.inngest"
NAMES = "variables.other-names"
MISSPELT = "variables.misspelt"
PROVIDER = "variables.whatsapp-provider"
OPENAI_LOG = "variables.openai-log"
OF_INNGEST = (
    "INNGEST_KEY",
    "INNGEST_SIGNING_KEY",
    "INNGEST_SIGNING_KEY_FALLBACK",
    "INNGEST_ENV",
    "INNGEST_DEV",
)
"""Of the system replaced; INNGEST_BASE_URL is what an application finds our listener by."""
ELSEWHERE = {
    "RESEND_BASE_URL": "RESEND_API_URL",
    "RESEND_KEY": "RESEND_API_KEY",
    "RESEND_FROM_EMAIL": "RESEND_FROM",
    "EMAIL_FROM": "RESEND_FROM",
    "EVOLUTION_API_URL": "WHATSAPP_API_URL",
    "EVOLUTION_API_KEY": "WHATSAPP_API_KEY",
    "EVOLUTION_INSTANCE": "WHATSAPP_INSTANCE",
    "WHATSAPP_TOKEN": "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_PHONE_ID": "WHATSAPP_PHONE_NUMBER_ID",
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_KEY": "OPENAI_API_KEY",
    "POSTGRES_URL": "DATABASE_URL",
    "SUPABASE_DB_URL": "DATABASE_URL",
}
"""What other programs call it, and what it is called here."""


def check_variables(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What is set and does not do what somebody expects."""
    yield from check_names(environ)
    yield _provider(settings)
    yield _openai_log(settings, environ)


def check_names(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Those that only names tell, even where a value cannot be read."""
    there = [name for name, value in environ.items() if value]
    yield _inngest(there)
    yield _other_names(there)
    yield _misspelt(there)


def _inngest(there: "Sequence[str]") -> Finding:
    found = [name for name in OF_INNGEST if name in there]
    if not found:
        return ok(INNGEST, "No variable of Inngest is left that has no effect here.")
    return warning(
        INNGEST,
        f"Set, but without effect here: {', '.join(found)}.",
        "Remove them when nothing else needs them; `fisioflow listen` is protected by "
        "INNGEST_EVENT_KEY, and schedules need no registration.",
    )


def _other_names(there: "Sequence[str]") -> Finding:
    found = {
        name: ours
        for name, ours in ELSEWHERE.items()
        if name in there and not {ours, f"{ours}_FILE"} & set(there)
    }
    if not found:
        return ok(NAMES, "No setting stands under a name that others give it.")
    return warning(
        NAMES,
        f"Set under a name that is not read here: {', '.join(found)}.",
        f"Call it {', '.join(dict.fromkeys(found.values()))}.",
    )


def _misspelt(there: "Sequence[str]") -> Finding:
    known = [str(field.validation_alias) for field in Settings.model_fields.values()]
    readable = {*known, *(f"{name}_FILE" for name in known)}
    prefixes = ("FISIOFLOW_", "WHATSAPP_TEMPLATE_", "VAPID_PRIVATE", "VAPID_SUB")
    found = [name for name in there if name.startswith(prefixes) and name not in readable]
    if not found:
        return ok(MISSPELT, "Every variable that begins with FISIOFLOW_ is known.")
    near = [match for name in found for match in get_close_matches(name, readable, n=1)]
    return warning(
        MISSPELT,
        f"Nobody reads {', '.join(map(plain, found))}.",
        f"Correct the name{f' to {near[0]}' if near else ''}; docs/configuration.md lists them all.",
    )


def _provider(settings: Settings) -> Finding:
    cloud = settings.whatsapp_access_token is not None or bool(settings.whatsapp_phone_number_id)
    evolution = settings.whatsapp_api_key is not None or bool(settings.whatsapp_instance)
    if settings.whatsapp_provider == "cloud" and evolution and not cloud:
        return failure(
            PROVIDER,
            "The settings are those of Evolution, but WHATSAPP_PROVIDER is cloud.",
            "Set WHATSAPP_PROVIDER=evolution.",
        )
    if settings.whatsapp_provider == "evolution" and cloud and not evolution:
        return failure(
            PROVIDER,
            "The settings are those of Meta's Cloud API, but WHATSAPP_PROVIDER is evolution.",
            "Set WHATSAPP_PROVIDER=cloud, or unset it.",
        )
    return ok(PROVIDER, f"WHATSAPP_PROVIDER is {settings.whatsapp_provider}, as its settings are.")


def _openai_log(settings: Settings, environ: Mapping[str, str]) -> Finding:
    if not environ.get("OPENAI_LOG"):
        return ok(OPENAI_LOG, "OPENAI_LOG is not set.")
    broken = failure if settings.production else warning
    return broken(
        OPENAI_LOG,
        "OPENAI_LOG is set: other programs here may log what is sent to a language model.",
        "Unset OPENAI_LOG; this program keeps such text out of its own log.",
    )
