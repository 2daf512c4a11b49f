"""The check on the monitor's address, and what of it may be asked: asking the address is a ping.

https://healthchecks.io/docs/http_api/: a HEAD, GET or POST to it tells of a success, whoever asks.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fisioflow_cli.checks.environment import setting_id
from fisioflow_cli.checks.finding import Finding, ok, skipped, warning
from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.ping import FAIL, LOG, PLACEHOLDER, START, require_usable

if TYPE_CHECKING:
    from fisioflow_cli.settings import Settings

ADDRESS = setting_id("FISIOFLOW_PING_URL")
AGAIN = "Copy the check's address again, such as https://hc-ping.com/PING-KEY/{workflow}."


def check_monitor(settings: "Settings") -> Finding:
    """Whether the monitor can be told; nobody is asked. At most a warning: no command fails for it."""
    if settings.ping_url is None:
        return skipped(ADDRESS, "No monitor is told of starts.")
    url = settings.ping_url.get_secret_value()
    if obstacle := _obstacle(url):
        return warning(ADDRESS, f"FISIOFLOW_PING_URL {obstacle}.", AGAIN)
    whose = "Each workflow has" if PLACEHOLDER in url else "All workflows share"
    when = "told of starts" if settings.production else "told nothing outside production"
    return ok(ADDRESS, f"{whose} an address at the monitor, which is {when}.")


def origin(url: str) -> str | None:
    """The monitor's server, which may be asked whether it is there.

    None if the address is none, if it is the server's own (asking would be a ping), or if each
    workflow has a server of its own.
    """
    if _obstacle(url):
        return None
    parts = urlsplit(url.strip())
    if parts.path in {"", "/"} or PLACEHOLDER in parts.netloc:
        return None
    # never the user, the password, the path or the query: each may be the secret
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _obstacle(url: str) -> str | None:
    """Why no ping arrives there, or not as what it means; nothing of the address is repeated."""
    try:
        require_usable(url)
        parts = urlsplit(url)
        usable = parts.port != 0 and " " not in url.strip()
    except (InvalidSetting, ValueError):
        usable = False
    if not usable:
        return "is no address that a request can go to; the monitor is told nothing"
    if parts.path.rstrip("/").rpartition("/")[2] in {START, FAIL, LOG}:
        return "ends with what a ping says; every ping would say that"
    if set("{}") & set(url.replace(PLACEHOLDER, "")):
        return f"has other words in braces than {PLACEHOLDER}; they stay as they are"
    return None
