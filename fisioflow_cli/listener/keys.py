"""Who may send: the event keys, and which pages of a browser."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fisioflow_cli.errors import InvalidSetting

if TYPE_CHECKING:
    from fisioflow_cli.settings import Settings

# an address in brackets or a name, and a port: nothing that a URL might take for something else
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The event keys that are accepted; none at all: whatever a client of this machine has."""

    accepted: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.accepted)

    def admit(self, offered: str) -> bool:
        """Whether the key is one of them, in a time that tells nothing about any of them."""
        if not self.accepted:
            return bool(offered)
        same = [hmac.compare_digest(_digest(offered), _digest(key)) for key in self.accepted]
        return any(same)


def keys_of(settings: "Settings") -> Keys:
    """The keys of INNGEST_EVENT_KEY, comma-separated; InvalidSetting if it holds none."""
    secret = settings.inngest_event_key
    if secret is None:
        return Keys(accepted=())
    accepted = tuple(key.strip() for key in secret.get_secret_value().split(",") if key.strip())
    if not accepted:
        raise InvalidSetting("INNGEST_EVENT_KEY holds no key; write one or more, comma-separated.")
    return Keys(accepted=accepted)


def is_loopback(host: str) -> bool:
    """Whether this name or address can only mean this very machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_foreign(origin: str) -> bool:
    """Whether a browser's Origin is a page that this machine does not serve itself."""
    try:
        return not is_loopback(urlsplit(origin).hostname or "")
    except ValueError:
        return True


def named(host: str) -> str:
    """The name or address in a Host header, in lower case; empty unless a port at most goes with it."""
    found = HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else ""


def is_rebound(host: str) -> bool:
    """Whether a Host header names anything but this machine: the mark of DNS rebinding."""
    return bool(host) and not is_loopback(named(host))


def _digest(key: str) -> bytes:
    # of equal length whatever the key's: a comparison tells the length of what it compares
    return sha256(key.encode(errors="surrogatepass")).digest()
