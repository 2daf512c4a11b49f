"""Who is let in: keys, browsers, and names that lead here by a trick."""

import httpx
import pytest

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.listener.keys import Keys, is_foreign, is_loopback, is_rebound, keys_of
from fisioflow_cli.settings import Settings
from tests.listener.served import KEY, Served, mail, serve

WRONG = [
    "x",
    KEY[:-1],
    KEY + "x",
    KEY.upper(),
    f" {KEY}",
    f"{KEY}/",
    "NO_EVENT_KEY_SET",
    "%00",
    "ç",
]


def settings(value: str | None) -> Settings:
    return Settings.model_validate({"FISIOFLOW_HOME": "/nowhere", "INNGEST_EVENT_KEY": value})


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_key_is_refused_and_nothing_is_said_about_the_right_one(
    quick: Served, key: str
) -> None:
    response = quick.post(mail(), key=key)
    assert (response.status_code, response.json()["status"]) == (401, 401)
    assert KEY not in response.text
    assert not quick.ids()


def test_an_empty_key_is_refused_even_where_any_key_will_do(sqlite_ledger: str) -> None:
    with serve(sqlite_ledger, keys=()) as served:
        assert served.post(mail(), key="").status_code == 401


def test_every_key_of_a_rotation_is_accepted(sqlite_ledger: str) -> None:
    with serve(sqlite_ledger, keys=["velha", "nova", "com/barra", "ç+%"]) as served:
        for key in ("velha", "nova", "com/barra", "%C3%A7+%25"):
            assert served.post(mail(), key=key).status_code == 200
        assert served.post(mail(), key="velha,nova").status_code == 401


def test_a_wrong_key_is_refused_before_the_body_is_read(quick: Served) -> None:
    head = (
        b"POST /e/wrong HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\n"
    )
    assert quick.send_raw(head).startswith(b"HTTP/1.1 401 ")


def test_without_a_key_any_key_of_this_machine_will_do(sqlite_ledger: str) -> None:
    with serve(sqlite_ledger, keys=()) as served:
        assert served.post(mail(), key="NO_EVENT_KEY_SET").status_code == 200
        url = f"http://localhost:{served.port}/e/local"
        assert httpx.post(url, json=mail()).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8288", "127.0.0.1.evil.example"])
def test_without_a_key_a_name_that_was_bent_to_this_machine_is_refused(
    sqlite_ledger: str, host: str
) -> None:
    with serve(sqlite_ledger, keys=()) as served:
        assert served.post(mail(), host=host).status_code == 403
        assert not served.ids()


def test_with_a_key_a_proxy_may_bring_its_own_name(quick: Served) -> None:
    assert quick.post(mail(), host="eventos.example.com").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "file://"])
def test_a_page_of_another_site_cannot_send_even_with_the_key(quick: Served, origin: str) -> None:
    assert quick.post(mail(), origin=origin, content_type="text/plain").status_code == 403
    assert not quick.ids()


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:80"])
def test_a_page_of_this_machine_can(quick: Served, origin: str) -> None:
    assert quick.post(mail(), origin=origin).status_code == 200


def test_no_key_and_no_payload_reaches_the_log(quick: Served) -> None:
    quick.post([mail(), mail()])
    quick.post(mail(), key="secret-guess")
    quick.post({"name": "email/send", "data": {"subject": "ana@example.com"}})
    httpx.get(f"{quick.url}/wrong/{KEY}?key={KEY}")
    httpx.get(f"{quick.url}/e/{KEY}")
    assert quick.lines == [
        "POST /e/… 200, 2 events",
        "POST /e/… 401: This event key is not known here.",
        "POST /e/… 400: data.to is missing; it must be an e-mail address, or a list of 1 to 50.",
        "GET elsewhere 404",
        "GET /e/… 405",
    ]


def test_the_setting_holds_several_keys_and_blanks_between_them() -> None:
    assert keys_of(settings(" a , b,,c ")) == Keys(accepted=("a", "b", "c"))
    assert not keys_of(settings(None))


@pytest.mark.parametrize("value", [",", " , ,", "   "])
def test_a_setting_without_a_key_in_it_does_not_open_the_door(value: str) -> None:
    with pytest.raises(InvalidSetting, match="INNGEST_EVENT_KEY"):
        keys_of(settings(value))


def test_which_hosts_are_this_machine() -> None:
    for host in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"):
        assert is_loopback(host)
    for host in ("", "0.0.0.0", "::", "192.168.0.1", "localhost.example", "example.com"):
        assert not is_loopback(host)


def test_which_host_headers_and_origins_are_foreign() -> None:
    assert not any(is_rebound(host) for host in ("", "localhost:8288", "127.0.0.1", "[::1]:8288"))
    assert all(is_rebound(host) for host in ("a.example", "0.0.0.0:8288", "[::2]", "[", "@", ":"))
    assert is_rebound("127.0.0.1:80.evil.example")
    assert is_foreign("https://127.0.0.1@evil.example")
