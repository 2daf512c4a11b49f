"""The checks on WhatsApp templates: whether Meta has those that are named, approved and as we fill them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped
from fisioflow_cli.console import plain
from fisioflow_cli.gateways.inquiry import ask

if TYPE_CHECKING:
    from fisioflow_cli.settings import Settings

PARAMETERS = {
    "birthday": 2,
    "voucher_expiry": 5,
    "appointment_reminder": 4,
    "appointment_confirmation": 4,
    "appointment_cancellation": 4,
}
"""How many values we fill into the body of each."""
MANAGEMENT = "whatsapp_business_management"
FIELDS = "name,status,language,components"
MOST_PAGES = 10
Found = Sequence[Mapping[str, Any]]


def template_id(kind: str) -> str:
    """The id of the finding on what Meta has: `accepted.template-birthday`."""
    return f"accepted.template-{kind.replace('_', '-')}"


def check_templates(settings: "Settings", url: str, token: str) -> Iterator[Finding]:
    """Of each template that is named, whether a message could be made of it."""
    named = {kind: getattr(settings, f"whatsapp_template_{kind}") for kind in PARAMETERS}
    if not any(named.values()):
        yield from without_templates("No template is named.")
        return
    known = _known(url, token)
    if known is None:
        yield from without_templates(
            f"The token may not read the account's templates (permission {MANAGEMENT})."
        )
        return
    for kind, name in named.items():
        if not name:
            yield skipped(template_id(kind), "No template is named.")
            continue
        yield judge(kind, name, settings.whatsapp_template_language, known)


def without_templates(why: str) -> Iterator[Finding]:
    """The same checks where Meta is not asked."""
    return (skipped(template_id(kind), why) for kind in PARAMETERS)


def judge(kind: str, name: str, language: str, known: Found) -> Finding:
    """Whether the template `name` in `language` is approved and takes as many values as we fill in."""
    check, variable = template_id(kind), f"WHATSAPP_TEMPLATE_{kind.upper()}"
    of_name = [template for template in known if template.get("name") == name]
    if not of_name:
        return failure(
            check,
            f"Meta has no template {plain(name)}: these messages fail.",
            f"Create it in WhatsApp Manager, or correct {variable}.",
        )
    found = next((one for one in of_name if one.get("language") == language), None)
    if found is None:
        languages = ", ".join(plain(one.get("language")) for one in of_name)
        return failure(
            check,
            f"The template {plain(name)} is not there in {plain(language)}, only in {languages}.",
            "Correct WHATSAPP_TEMPLATE_LANGUAGE, or add the translation in WhatsApp Manager.",
        )
    if found.get("status") != "APPROVED":
        return failure(
            check,
            f"Meta has not approved the template {plain(name)}: it is {plain(found.get('status'))}.",
            "See WhatsApp Manager for the reason; until then unset the variable and use e-mail.",
        )
    if (takes := _slots(found)) != PARAMETERS[kind]:
        return failure(
            check,
            f"The body of {plain(name)} takes {takes} values, these messages have {PARAMETERS[kind]}.",
            "Write its text with as many placeholders; docs/operating.md lists what they hold.",
        )
    return ok(check, f"Meta has approved the template {plain(name)}.")


def _slots(template: Mapping[str, Any]) -> int:
    parts = template.get("components")
    bodies = [
        str(part.get("text"))
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, dict) and str(part.get("type")).upper() == "BODY"
    ]
    return len(set(re.findall(r"\{\{\s*(\w+)\s*\}\}", " ".join(bodies))))


def _known(url: str, token: str) -> "list[Mapping[str, Any]] | None":
    """The templates of every account that the token manages; None if it manages none."""
    headers = {"Authorization": f"Bearer {token}"}
    told = ask(f"{url}/debug_token?input_token={quote(token, safe='')}", headers)
    accounts = _accounts(told.body.get("data"))
    found: list[Mapping[str, Any]] = []
    answered = False
    for account in accounts:
        for page in _pages(url, account, headers):
            answered = True
            found += page
    return found if answered else None


def _accounts(data: Any) -> list[str]:
    scopes = data.get("granular_scopes") if isinstance(data, dict) else None
    return [
        str(target)
        for scope in (scopes if isinstance(scopes, list) else [])
        if isinstance(scope, dict) and scope.get("scope") == MANAGEMENT
        for target in scope.get("target_ids") or []
    ]


def _pages(url: str, account: str, headers: Mapping[str, str]) -> Iterator[Found]:
    path = f"{url}/{quote(account, safe='')}/message_templates?fields={FIELDS}&limit=100"
    after = ""
    for _ in range(MOST_PAGES):
        answer = ask(path + (f"&after={quote(after, safe='')}" if after else ""), headers)
        listed = answer.body.get("data")
        if answer.status != 200 or not isinstance(listed, list):
            return
        yield [row for row in listed if isinstance(row, dict)]
        paging = answer.body.get("paging")
        cursors = paging.get("cursors") if isinstance(paging, dict) else None
        if not isinstance(paging, dict) or "next" not in paging or not isinstance(cursors, dict):
            return
        after = str(cursors.get("after", ""))
