"""The checks that send keys, with --verify-keys only: whether the providers accept them.

Each is a read that changes nothing and is not charged: Resend's GET /domains, Meta's GET of the number,
Evolution's GET /instance/connectionState, OpenAI's GET /models.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import quote

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning
from fisioflow_cli.checks.network import addresses
from fisioflow_cli.checks.templates import check_templates, without_templates
from fisioflow_cli.console import plain
from fisioflow_cli.gateways.inquiry import Answer, ask

if TYPE_CHECKING:
    from pydantic import SecretStr

    from fisioflow_cli.settings import Settings

RESEND = "accepted.resend"
DOMAIN = "accepted.resend-domain"
WHATSAPP = "accepted.whatsapp"
OPENAI = "accepted.openai"
UNASKED = "Not configured, so nobody is asked."
INVALID_TOKEN = (0, 190)
"""Meta's codes for a token that is wrong or has expired."""


def check_accepted(settings: "Settings") -> Iterator[Finding]:
    """Whether each configured provider knows the key, the sender, the number and the templates."""
    looks = (_resend, _whatsapp, _openai)
    with ThreadPoolExecutor(max_workers=len(looks)) as pool:
        for findings in pool.map(lambda look: list(look(settings)), looks):
            yield from findings


def without_accepted(why: str) -> Iterator[Finding]:
    """The same checks where no key may leave."""
    yield from (skipped(check, why) for check in (RESEND, DOMAIN, WHATSAPP))
    yield from without_templates(why)
    yield skipped(OPENAI, why)


def _resend(settings: "Settings") -> Iterator[Finding]:
    if settings.resend_api_key is None:
        yield from (skipped(check, UNASKED) for check in (RESEND, DOMAIN))
        return
    answer = ask(f"{settings.resend_api_url}/domains?limit=100", _bearer(settings.resend_api_key))
    if answer.body.get("name") == "restricted_api_key":
        yield ok(RESEND, "Resend accepts the key, which may only send.")
        yield skipped(DOMAIN, "A key that may only send is told nothing about domains.")
        return
    verdict = _judge(RESEND, "Resend", answer, "RESEND_API_KEY")
    yield verdict
    if verdict.remedy is None and answer.status == 200:
        yield _domain(settings, answer)
    else:
        yield skipped(DOMAIN, "Resend did not tell.")


def _domain(settings: "Settings", answer: Answer) -> Finding:
    domain = parseaddr(settings.resend_from or "")[1].rpartition("@")[2].lower()
    if not domain:
        return skipped(DOMAIN, "RESEND_FROM holds no address.")
    listed = answer.body.get("data")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    states = {str(row.get("name")).lower(): str(row.get("status")) for row in rows}
    state = states.get(domain)
    if state == "verified":
        return ok(DOMAIN, f"Resend has verified {plain(domain)}, the sender's domain.")
    told = f"is not verified ({plain(state)})" if state else "is not among those of this account"
    return failure(
        DOMAIN,
        f"The sender's domain {plain(domain)} {told}: Resend refuses every e-mail.",
        "Add it at resend.com/domains with its DNS records, or correct RESEND_FROM.",
    )


def _whatsapp(settings: "Settings") -> Iterator[Finding]:
    if settings.whatsapp_provider == "evolution":
        yield _evolution(settings)
        yield from without_templates("Evolution needs no template.")
        return
    token, number = settings.whatsapp_access_token, settings.whatsapp_phone_number_id
    if token is None or not number:
        yield skipped(WHATSAPP, UNASKED)
        yield from without_templates(UNASKED)
        return
    url = addresses(settings)["whatsapp"]
    answer = ask(f"{url}/{quote(number, safe='')}?fields=id,quality_rating", _bearer(token))
    verdict = _cloud(answer)
    yield verdict
    if verdict.remedy is None:
        yield from check_templates(settings, url, token.get_secret_value())
    else:
        yield from without_templates("The number cannot be asked about.")


def _cloud(answer: Answer) -> Finding:
    error = answer.body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if code in INVALID_TOKEN:
        return failure(
            WHATSAPP,
            "Meta does not accept the token: it is wrong, or it has expired.",
            "Set WHATSAPP_ACCESS_TOKEN to a token of a system user, which does not expire.",
        )
    if answer.status in {400, 404}:
        return failure(
            WHATSAPP,
            "Meta accepts the token but knows no such number, or the token may not use it.",
            "Correct WHATSAPP_PHONE_NUMBER_ID: the number's id, not the number itself.",
        )
    if answer.status == 200 and answer.body.get("quality_rating") == "RED":
        return warning(
            WHATSAPP,
            "Meta rates the number's quality as low (RED) and may restrict it.",
            "Look at the account's quality in WhatsApp Manager before more is sent.",
        )
    return _judge(WHATSAPP, "Meta", answer, "WHATSAPP_ACCESS_TOKEN")


def _evolution(settings: "Settings") -> Finding:
    key, instance = settings.whatsapp_api_key, settings.whatsapp_instance
    if key is None or not instance or settings.whatsapp_api_url is None:
        return skipped(WHATSAPP, UNASKED)
    path = f"/instance/connectionState/{quote(instance, safe='')}"
    answer = ask(f"{settings.whatsapp_api_url}{path}", {"apikey": key.get_secret_value().strip()})
    if answer.status == 404:
        return failure(WHATSAPP, "Evolution knows no such instance.", "Correct WHATSAPP_INSTANCE.")
    told = answer.body.get("instance")
    state = told.get("state") if isinstance(told, dict) else None
    if answer.status == 200 and state != "open":
        return failure(
            WHATSAPP,
            f"The instance is not connected to WhatsApp (state {plain(state)}).",
            "Open Evolution's manager and scan the QR code with the clinic's telephone.",
        )
    return _judge(WHATSAPP, "Evolution", answer, "WHATSAPP_API_KEY")


def _openai(settings: "Settings") -> Iterator[Finding]:
    if settings.openai_api_key is None:
        yield skipped(OPENAI, UNASKED)
        return
    path = f"/models/{quote(settings.openai_model, safe='')}"
    answer = ask(f"{settings.openai_base_url}{path}", _bearer(settings.openai_api_key))
    if answer.status == 404:
        yield failure(
            OPENAI,
            f"The language model {plain(settings.openai_model)} is not known there.",
            "Correct OPENAI_MODEL, or OPENAI_BASE_URL.",
        )
        return
    yield _judge(OPENAI, "OpenAI", answer, "OPENAI_API_KEY")


def _judge(check: str, who: str, answer: Answer, variable: str) -> Finding:
    """What the status of an answer says of a key."""
    if not answer.reached:
        return skipped(check, f"{who} cannot be asked: {answer.obstacle}.")
    verdicts: dict[int, Callable[[], Finding]] = {
        200: lambda: ok(check, f"{who} accepts the key."),
        401: lambda: _refused(check, who, variable),
        403: lambda: _refused(check, who, variable),
        429: lambda: skipped(check, f"{who} wants no more questions just now."),
    }
    look = verdicts.get(answer.status or 0)
    if look is not None:
        return look()
    return warning(
        check,
        f"{who} answers with status {answer.status}, which says nothing about the key.",
        "Check the address; try again later if the provider has trouble.",
    )


def _refused(check: str, who: str, variable: str) -> Finding:
    return failure(
        check, f"{who} refuses the key.", f"Create a new one there and set {variable} to it."
    )


def _bearer(secret: "SecretStr") -> dict[str, str]:
    value = secret.get_secret_value().strip()
    # what no header can carry is a finding of its own
    return {"Authorization": f"Bearer {value if value.isascii() and value.isprintable() else '-'}"}
