"""Pings: what a local stand-in for the monitor receives, and that no trouble with it harms anybody."""

import logging
import socket
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways import ping
from fisioflow_cli.gateways.ping import FAIL, LOG, START, SUCCESS, Ping, Pinger, address

RID = "0b7e5f0a-6c1d-4a53-9b0e-3f2a8c9d1e47"


def told(signal: str = SUCCESS, body: str = "", check: str = "birthdays") -> Ping:
    return Ping(check=check, signal=signal, rid=RID, body=body)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/secret"


@pytest.mark.parametrize(
    ("url", "signal", "expected"),
    [
        ("https://hc.example.com/uuid", SUCCESS, "https://hc.example.com/uuid?rid={rid}"),
        ("https://hc.example.com/uuid/", START, "https://hc.example.com/uuid/start?rid={rid}"),
        ("https://hc.example.com/uuid", "3", "https://hc.example.com/uuid/3?rid={rid}"),
        (
            "https://hc.example.com/key/{workflow}?create=1",
            FAIL,
            "https://hc.example.com/key/birthdays/fail?create=1&rid={rid}",
        ),
        (
            "http://u:p@127.0.0.1:8000/ping/x#y",
            LOG,
            "http://u:p@127.0.0.1:8000/ping/x/log?rid={rid}",
        ),
        ("https://hc.example.com", SUCCESS, "https://hc.example.com?rid={rid}"),
        ("https://hc.example.com", START, "https://hc.example.com/start?rid={rid}"),
    ],
)
def test_signal_ends_the_path_and_the_query_stays(url: str, signal: str, expected: str) -> None:
    assert address(url, told(signal)) == expected.format(rid=RID)


@pytest.mark.parametrize(
    "url", ["", "hc.example.com/secret", "ftp://secret.example.com", "https://", "http://[secret"]
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidSetting, match="FISIOFLOW_PING_URL is not an address") as refused:
        Pinger(url)
    assert "secret" not in refused.value.message


def test_pings_arrive_in_order_each_once(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/key/birthdays/start").respond_with_data("OK")
    httpserver.expect_request("/key/birthdays").respond_with_data("OK")
    pinger = Pinger(httpserver.url_for("/key/{workflow}"))
    pinger.send(told(START))
    pinger.send(told(SUCCESS, "2 enviadas – ok"))
    assert pinger.close() is None
    seen = [(r.method, r.path, r.args["rid"], r.get_data().decode()) for r, _ in httpserver.log]
    assert seen == [
        ("POST", "/key/birthdays/start", RID, ""),
        ("POST", "/key/birthdays", RID, "2 enviadas – ok"),
    ]


def test_nothing_told_costs_nothing(httpserver: HTTPServer) -> None:
    assert Pinger(httpserver.url_for("/x")).close() is None
    assert httpserver.log == []


def test_moment_of_trouble_is_survived_by_a_second_try(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/x").respond_with_data("", status=502)
    httpserver.expect_ordered_request("/x").respond_with_data("OK")
    pinger = Pinger(httpserver.url_for("/x"))
    pinger.send(told())
    assert pinger.close() is None
    assert len(httpserver.log) == 2


@pytest.mark.parametrize(("status", "tries"), [(503, 2), (404, 1), (409, 1), (429, 1)])
def test_refusal_is_told_by_its_code(httpserver: HTTPServer, status: int, tries: int) -> None:
    httpserver.expect_request("/x").respond_with_data("", status=status)
    pinger = Pinger(httpserver.url_for("/x"))
    pinger.send(told())
    assert pinger.close() == f"http_{status}"
    assert len(httpserver.log) == tries


def test_no_redirect_is_followed(httpserver: HTTPServer) -> None:
    def elsewhere(request: Request) -> Response:
        return Response("", 302, {"Location": httpserver.url_for("/elsewhere")})

    httpserver.expect_request("/x").respond_with_handler(elsewhere)
    httpserver.expect_request("/elsewhere").respond_with_data("OK")
    pinger = Pinger(httpserver.url_for("/x"))
    pinger.send(told())
    assert pinger.close() == "http_302"
    assert [request.path for request, _ in httpserver.log] == ["/x"]


def test_server_that_is_not_there_harms_nobody() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        pinger = Pinger(f"http://127.0.0.1:{taken.getsockname()[1]}/secret")
        pinger.send(told())
        assert pinger.close() == "not_connected"


def test_server_that_never_answers_is_not_waited_for(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "PATIENCE", 0.2)
    pinger = Pinger(silent)
    for _ in range(20):
        pinger.send(told())
    assert pinger.close() == "timeout"


def test_each_try_has_its_time(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ping, "SECONDS", 0.1)
    pinger = Pinger(silent)
    pinger.send(told())
    assert pinger.close() == "timeout"


def test_address_reaches_no_log(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="httpx")
    httpserver.expect_request("/secret").respond_with_data("OK")
    pinger = Pinger(httpserver.url_for("/secret"))
    pinger.send(told())
    pinger.close()
    ours = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]
    assert "secret" not in "".join(ours)
    assert "secret" not in repr(pinger)
