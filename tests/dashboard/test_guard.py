"""The guard: who may look, and what no browser of ours would ask."""

from datetime import timedelta

import httpx
import pytest

from fisioflow_cli.dashboard.keyring import SESSION_LASTS, Keyring
from tests.dashboard.scene import NOON
from tests.dashboard.served import TOKEN, Served, serve

PAGES = ("/", "/runs", "/events", "/event?id=event-1", "/deliveries", "/changes", "/no-such-page")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
OWN = ("script", "style", "connect", "frame")
POLICY = {
    **{f"{kind}-src": ["'self'"] for kind in OWN},
    "img-src": ["'self'", "data:"],
    "form-action": ["'self'"],
    **{name: ["'none'"] for name in ("default-src", "base-uri", "frame-ancestors")},
}
"""What no default stands for (CSP 3, "form-action", "base-uri") is in it by name."""


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_learns_nothing(quick: Served, path: str) -> None:
    with quick.stranger() as client:
        answer = client.get(path)
    assert answer.status_code == 401
    assert "event-1" not in answer.text
    assert "birthday" not in answer.text


def test_the_token_opens_a_session_and_leaves_the_address(quick: Served) -> None:
    with quick.stranger() as client:
        answer = client.get("/runs", params={"token": TOKEN, "status": "failed"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/runs?status=failed"
        cookie = answer.headers["set-cookie"]
        assert TOKEN not in cookie
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert client.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/%5cevil.example", "/\\evil.example", "///evil.example"]
)
def test_the_way_on_leads_to_no_other_host(quick: Served, path: str) -> None:
    with quick.stranger() as client:
        answer = client.get(f"{quick.url}{path}?token={TOKEN}")
    assert answer.status_code == 303
    place = httpx.URL(quick.url).join(answer.headers["location"])
    assert (place.host, place.port) == ("127.0.0.1", quick.port)


@pytest.mark.parametrize("offered", ["", "wrong", TOKEN[:-1], TOKEN + "x", "\u00e9"])
def test_another_token_opens_nothing(quick: Served, offered: str) -> None:
    with quick.stranger() as client:
        answer = client.get("/", params={"token": offered})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert client.get("/").status_code == 401


def test_the_token_may_be_typed_into_a_form(quick: Served) -> None:
    with quick.stranger() as client:
        own = {"Origin": quick.url}
        assert client.get("/sign-in").status_code == 200
        assert client.post("/sign-in", data={"token": "wrong"}, headers=own).status_code == 403
        many = {**{f"f{number}": "x" for number in range(50)}, "token": TOKEN}
        assert client.post("/sign-in", data=many, headers=own).status_code == 403
        assert client.head("/sign-in").status_code == 200
        assert client.get("/").status_code == 401
        answer = client.post("/sign-in", data={"token": f" {TOKEN} "}, headers=own)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "{url}", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "{url}", "Sec-Fetch-Site": "same-site"},
        {"Origin": "{url}", "Sec-Fetch-Site": "none"},
        {"Origin": "http://[", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_a_form_of_another_page_is_refused(quick: Served, headers: dict[str, str]) -> None:
    sent = {name: value.replace("{url}", quick.url) for name, value in headers.items()}
    with quick.stranger() as client:
        answer = client.post("/sign-in", data={"token": TOKEN}, headers=sent)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "2130706433"),
        *("", "[", "127.0.0.1:8289.evil.example", "127.0.0.1:x", "[::1]evil.example", "::1"),
        *("evil.example@127.0.0.1", "127.0.0.1/evil", "127.0.0.1#.evil", "[::1%25eth0]"),
    ],
)
def test_another_name_of_this_host_is_refused(quick: Served, host: str) -> None:
    """DNS rebinding: a page of evil.example whose name suddenly means this machine.

    Fixed: of `127.0.0.1:8289.evil.example` only the part before the colon was looked at.
    """
    with quick.friend() as client:
        answer = client.get("/", headers={"Host": host})
        assert answer.status_code == 421
        assert "FisioFlow" not in answer.text


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8289", "127.8.8.8"])
def test_the_names_of_this_machine_are_its_own(quick: Served, host: str) -> None:
    with quick.friend() as client:
        assert client.get("/runs", headers={"Host": host}).status_code == 200


def test_a_name_that_was_allowed_is_its_own_and_no_other(quick: Served) -> None:
    url = quick.facts.ledger.engine.url.render_as_string()
    with serve(url, hosts=frozenset({"clinica.local"})) as allowing, allowing.friend() as client:
        for host in ("clinica.local:8289", "clinica.local", "localhost"):
            assert client.get("/sign-in", headers={"Host": host}).status_code == 200
        for host in ("x.clinica.local", "clinica.local.evil.example"):
            assert client.get("/sign-in", headers={"Host": host}).status_code == 421


def test_a_token_in_the_address_of_a_form_opens_nothing(quick: Served) -> None:
    """Whoever posts has a page of ours already; what they typed must not be lost in a redirect."""
    with quick.stranger() as client:
        answer = client.post("/runs", params={"token": TOKEN}, headers={"Origin": quick.url})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_cannot_read_with_the_browsers_cookie(quick: Served, site: str) -> None:
    with quick.friend() as client:
        reading = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
        assert client.get("/runs", headers=reading).status_code == 403
        framing = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
        assert client.get("/runs", headers=framing).status_code == 403
        coming = {
            "Sec-Fetch-Site": site,
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        }
        assert client.get("/runs", headers=coming).status_code == 200


# what a friend gets of /changes has no end: test_live looks at its headers
@pytest.mark.parametrize(
    ("path", "knows"),
    [
        *((path, False) for path in (*PAGES, "/sign-in")),
        *((path, True) for path in (*PAGES, "/sign-in") if path != "/changes"),
    ],
)
def test_every_answer_carries_the_headers(quick: Served, path: str, knows: bool) -> None:
    with quick.friend() if knows else quick.stranger() as client:
        answer = client.get(path)
    assert HEADERS.items() <= answer.headers.items()
    directives = answer.headers["content-security-policy"].split("; ")
    assert {name: values for name, *values in map(str.split, directives)} == POLICY


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_pages_are_only_read(quick: Served, method: str) -> None:
    with quick.friend() as client:
        answer = client.request(method, "/runs", headers={"Origin": quick.url})
    assert answer.status_code == 405


def test_a_session_ends_after_twelve_hours() -> None:
    keyring = Keyring(TOKEN)
    cookie = keyring.open(NOON)
    assert keyring.session(cookie, NOON + SESSION_LASTS - timedelta(seconds=1))
    assert keyring.session(cookie, NOON + SESSION_LASTS) is None


def test_a_session_cannot_be_made_up_or_prolonged() -> None:
    keyring = Keyring(TOKEN)
    name, ends, signature = keyring.open(NOON).split(".")
    for forged in (
        "",
        ".",
        "..",
        f"{name}.{int(ends) + 1}.{signature}",
        f"other.{ends}.{signature}",
        f"{name}.{ends}.{signature[:-1]}",
        Keyring("another-token-0123456789").open(NOON),
    ):
        assert keyring.session(forged, NOON) is None


def test_a_form_token_is_one_sessions_own() -> None:
    keyring = Keyring(TOKEN)
    one, other = (keyring.session(keyring.open(NOON), NOON) for _ in range(2))
    assert one is not None
    assert other is not None
    assert keyring.is_form_token(one, keyring.form_token(one))
    assert not keyring.is_form_token(other, keyring.form_token(one))
    assert not keyring.is_form_token(one, "")


def test_neither_token_nor_key_is_shown_by_accident(quick: Served) -> None:
    assert TOKEN not in repr(quick.facts)
