"""What every test gets: a scrubbed environment, no way out of this machine, and real databases."""

import ipaddress
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from xdist.scheduler import LoadScopeScheduling

from tests import postgres
from tests.missing import missing

OURS = re.compile(
    r"(FISIOFLOW|RESEND|WHATSAPP|OPENAI|VAPID|INNGEST|GITHUB|VERCEL)_.*"
    r"|DATABASE_URL(_FILE)?|FORCE_COLOR"
)

HERE = Path(__file__).parent
WEEK, CRON = HERE / "week", HERE / "schedule/test_cron_daemon.py"


class Together(LoadScopeScheduling):
    """Gives a file's tests to one process, and those that look at the same costly trial too."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        scale = re.search(r"\[(supabase|neon)-\d+", test)
        return f"acceptance of {scale[0]}" if scale and "/acceptance/" in file else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """How the tests are shared out among the processes."""
    return Together(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some test always waits, for cron's next minute say."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that none is left over for one process at the end."""
    items.sort(key=lambda item: not item.path.is_relative_to(WEEK) and item.path != CRON)


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Control-C is heeded by us and our processes; a shell has it ignored by what it starts with &."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The developer's settings reach no test; width, colour, time zone and home are pinned."""
    for name in [name for name in os.environ if OURS.fullmatch(name)]:
        monkeypatch.delenv(name)
    pinned = {"NO_COLOR": "1", "COLUMNS": "120", "TZ": "UTC"}
    for name, value in pinned.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    for name in ("HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """Sockets connect to this machine only: a forgotten stand-in fails instead of sending."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            pytest.fail(f"a test tried to reach {address[0]}; use a local stand-in")
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Any) -> Any:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name.endswith(
            ".invalid"
        ):  # RFC 6761: resolves nowhere, so nobody need be asked
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not _is_here(name):
            pytest.fail(f"a test tried to look up {name}; use a local stand-in")
        return lookup(host, *args, **kwargs)

    return guarded


def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """The administrator's URL of a PostgreSQL; without one the test is skipped, in CI failed."""
    try:
        with postgres.server() as url:
            yield url
    except postgres.NoServerError as reason:
        missing(str(reason))


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """The `postgresql+psycopg://` URL of a new, empty database."""
    with postgres.empty_database(postgres_server) as database:
        yield database.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database, once of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))
