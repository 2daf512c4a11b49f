"""The monitor's address: judged without asking it, since asking is a ping."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from fisioflow_cli.checks.finding import Verdict
from fisioflow_cli.checks.monitor import ADDRESS, check_monitor
from fisioflow_cli.checks.network import check_network
from fisioflow_cli.clock import Clock
from tests.checks.subjects import by_id, settings, verdicts

UNUSABLE = (
    *("s3cret", "hc-ping.com/s3cret", "https://", "http://[::1", "https://h:99999/s3cret"),
    *("ftp://h/s3cret", "'https://h/s3cret'", "https://h h/s3cret", "https://s3cret/{worklfow}"),
    *("https://h/s3cret/start", "https://h/s3cret/fail/"),
)


@pytest.mark.parametrize("url", UNUSABLE)
def test_address_that_no_ping_can_go_to(tmp_path: Path, url: str) -> None:
    """doctor said nothing of it offline, and else that the connection broke off."""
    read = settings(tmp_path, FISIOFLOW_PING_URL=url, FISIOFLOW_ENV="production")
    finding = check_monitor(read)
    assert verdicts([finding]) == {ADDRESS: Verdict.WARNING}
    assert "s3cret" not in f"{finding.message} {finding.remedy}"
    [network] = [f for f in check_network(read, Clock(), offline=False) if f.id == "network.ping"]
    assert network.verdict is Verdict.SKIPPED


@pytest.mark.parametrize(("path", "told"), [("/k/{workflow}?create=1", "Each"), ("/uuid", "All")])
def test_address_that_pings_can_go_to(tmp_path: Path, path: str, told: str) -> None:
    finding = check_monitor(settings(tmp_path, FISIOFLOW_PING_URL=f"https://h:8{path}"))
    assert (finding.verdict, finding.message.split()[0]) == (Verdict.OK, told)
    assert check_monitor(settings(tmp_path)).verdict is Verdict.SKIPPED


@pytest.mark.parametrize("path", ["", "/", "?token=s3cret"])
def test_server_whose_root_is_the_ping_is_not_asked(
    tmp_path: Path, httpserver: HTTPServer, path: str
) -> None:
    """It told the monitor of a success that was none."""
    url = httpserver.url_for("/").rstrip("/") + path
    found = by_id(check_network(settings(tmp_path, FISIOFLOW_PING_URL=url), Clock(), offline=False))
    assert found["network.ping"].verdict is Verdict.SKIPPED
    assert httpserver.log == []
