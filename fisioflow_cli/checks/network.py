"""The checks on the way to the providers: a request without a key to each one that is configured."""

import ipaddress
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning
from fisioflow_cli.checks.monitor import origin
from fisioflow_cli.checks.server import skew
from fisioflow_cli.gateways.inquiry import Answer, ask
from fisioflow_cli.gateways.whatsapp_cloud import CLOUD_URL

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings

PROVIDERS = ("resend", "whatsapp", "openai", "ping")
VARIABLES = {
    "resend": "RESEND_API_URL",
    "whatsapp": "WHATSAPP_API_URL",
    "openai": "OPENAI_BASE_URL",
    "ping": "FISIOFLOW_PING_URL",
}
"""What says where each of them is."""
CLOCK = "network.clock"
WHOLE_SECOND = 1.0
"""The dates of HTTP know no fractions."""


def network_id(provider: str) -> str:
    """The id of the finding on the way to a provider: `network.resend`."""
    return f"network.{provider}"


def addresses(settings: "Settings") -> dict[str, str]:
    """Where the providers are that the settings configure, by provider."""
    found = {}
    if settings.resend_api_key is not None:
        found["resend"] = settings.resend_api_url
    if settings.whatsapp_provider == "cloud" and settings.whatsapp_access_token is not None:
        found["whatsapp"] = settings.whatsapp_api_url or CLOUD_URL
    if settings.whatsapp_provider == "evolution" and settings.whatsapp_api_url is not None:
        found["whatsapp"] = settings.whatsapp_api_url
    if settings.openai_api_key is not None:
        found["openai"] = settings.openai_base_url
    if settings.ping_url is not None and (server := origin(settings.ping_url.get_secret_value())):
        found["ping"] = server
    return found


def check_network(settings: "Settings", clock: "Clock", *, offline: bool) -> Iterator[Finding]:
    """Whether each provider's server can be reached from here; sends nobody's key and no message."""
    if offline:
        yield from without_network("Left out by --offline.")
        return
    places = addresses(settings)
    with ThreadPoolExecutor(max_workers=len(PROVIDERS)) as pool:
        futures = {name: pool.submit(_visit, url, clock) for name, url in places.items()}
        visits = {name: future.result() for name, future in futures.items()}
    for name in PROVIDERS:
        if name in visits:
            answer, _ = visits[name]
            yield _reached(name, places[name], answer, production=settings.production)
        else:
            yield skipped(network_id(name), _unasked(name, settings))
    yield _clock([off for answer, off in visits.values() if answer.date is not None])


def _unasked(name: str, settings: "Settings") -> str:
    if name == "ping" and settings.ping_url is not None:
        return "There is no server to ask without pinging."
    return "Not configured, so nobody is asked."


def without_network(why: str) -> Iterator[Finding]:
    """The same checks where nobody is asked."""
    return (skipped(check, why) for check in (*map(network_id, PROVIDERS), CLOCK))


def _visit(url: str, clock: "Clock") -> tuple[Answer, float]:
    """What answers at an address, and how many seconds its clock is off ours at the least."""
    before = clock.now()
    answer = ask(url)
    after = clock.now()
    if answer.date is None:
        return answer, 0.0
    ahead = (answer.date - after).total_seconds()
    behind = (before - answer.date).total_seconds() - WHOLE_SECOND
    return answer, max(ahead, behind, 0.0)


def _reached(name: str, url: str, answer: Answer, *, production: bool) -> Finding:
    check, host = network_id(name), urlsplit(url).hostname or "that address"
    # no command fails for want of its monitor
    broken = failure if production and name != "ping" else warning
    way = " through a proxy" if _is_proxied(url) else ""
    if not answer.reached:
        where = f"{host} ({VARIABLES[name]})"
        return broken(check, f"{where} cannot be reached{way}: {answer.obstacle}.", answer.remedy)
    if url.startswith("http://") and not _is_here(host):
        return broken(
            check,
            f"{host} is spoken to without encryption{way}: key and messages can be read on the way.",
            "Write https:// in the address.",
        )
    return ok(check, f"{host} answers{way}.")


def _is_proxied(url: str) -> bool:
    proxies: Mapping[str, str] = getproxies()
    return bool(proxies.get(urlsplit(url).scheme) or proxies.get("all"))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clock(offs: "list[float]") -> Finding:
    if not offs:
        return skipped(CLOCK, "No provider told its time.")
    return skew(CLOCK, "the providers", min(offs))
