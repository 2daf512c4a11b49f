"""Pings: how a monitor of starts is reached, by the pinging API of healthchecks.

https://healthchecks.io/docs/http_api/: `/start`, the bare address for success, `/fail`, `/log`, and
`/<exit status>`; `rid` tells the starts of one check apart.
"""

import threading
from dataclasses import dataclass
from queue import SimpleQueue
from urllib.parse import urlsplit, urlunsplit

import httpx

from fisioflow_cli import __version__
from fisioflow_cli.gateways.transport import Transport, base_url, outcome_code, unanswered

SETTING = "FISIOFLOW_PING_URL"
PLACEHOLDER = "{workflow}"
START, SUCCESS, FAIL, LOG = "start", "", "fail", "log"
"""What a ping says; the number of an exit status is a fifth possibility."""
SECONDS, TRIES = 5.0, 2
PATIENCE = 10.0
"""Seconds; no command is held up any longer by a monitor that does not answer."""


@dataclass(frozen=True, kw_only=True)
class Ping:
    """One thing told to the monitor; `body` is a short text without personal data."""

    check: str
    """The command's name: takes the place of `{workflow}` in the address."""
    signal: str
    rid: str
    """A UUID, the same for begin and end of one start."""
    body: str = ""


class Pinger:
    """Tells a monitor, in order and from a thread of its own: nobody waits for it, nothing fails.

    Raises InvalidSetting for an address that no request can go to.
    """

    def __init__(self, url: str) -> None:
        require_usable(url)
        self._url = url
        self._transport = Transport("", {"User-Agent": f"fisioflow-cli/{__version__}"})
        self._waiting: SimpleQueue[Ping | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._trouble: str | None = None

    @property
    def tells_apart(self) -> bool:
        """Whether each workflow has an address of its own."""
        return PLACEHOLDER in self._url

    def send(self, ping: Ping) -> None:
        """Tell the monitor, soon."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._deliver_all, name="pings", daemon=True)
            self._thread.start()
        self._waiting.put(ping)

    def close(self) -> str | None:
        """Wait until all is told, 10 seconds at the most; the code of what went wrong, if it did."""
        if self._thread is None:
            return None
        self._waiting.put(None)
        self._thread.join(PATIENCE)
        return "timeout" if self._thread.is_alive() else self._trouble

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _deliver_all(self) -> None:
        while (ping := self._waiting.get()) is not None:
            self._trouble = self._deliver(ping) or self._trouble
        self._transport.close()

    def _deliver(self, ping: Ping) -> str | None:
        """None if the monitor has taken it; a request that got no answer is made once more."""
        code = None
        for _ in range(TRIES):
            try:
                answer = self._transport.post_bytes(
                    address(self._url, ping),
                    ping.body.encode(errors="replace"),
                    timeout=SECONDS,
                    headers={"Content-Type": "text/plain; charset=utf-8"},
                )
            except httpx.RequestError as error:
                code = unanswered(error).code
                continue
            except Exception as error:  # noqa: BLE001  # a monitor harms no job, whatever it is
                return type(error).__name__
            if answer.is_success:
                return None
            code = outcome_code(answer.status_code)
            if answer.status_code < 500:
                return code
        return code


def require_usable(url: str) -> None:
    """Raise InvalidSetting for an address that no ping can go to."""
    base_url(_sample(url), SETTING)


def address(url: str, ping: Ping) -> str:
    """Where a ping goes: the signal ends the path, whatever the address asks for stays behind it."""
    parts = urlsplit(url.replace(PLACEHOLDER, ping.check))
    path = "/".join(filter(None, (parts.path.rstrip("/"), ping.signal)))
    query = "&".join(filter(None, (parts.query, f"rid={ping.rid}")))
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _sample(url: str) -> str:
    """What becomes of the address of some ping; empty if it cannot even be taken apart."""
    try:
        return address(url, Ping(check="x", signal=START, rid="x"))
    except ValueError:
        return ""
