"""The way to the providers, and what they say of our keys, against servers on this machine."""

import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.checks.accepted import check_accepted, without_accepted
from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.network import check_network, without_network
from fisioflow_cli.checks.templates import PARAMETERS, judge
from fisioflow_cli.clock import Clock
from tests.checks.subjects import by_id, settings, verdicts
from tests.messages.samples import every_message

KEY = "re_s3cret"


@pytest.fixture
def env(httpserver: HTTPServer) -> dict[str, str]:
    """Every provider at the local server."""
    url = httpserver.url_for("").rstrip("/")
    return {
        "RESEND_API_KEY": KEY,
        "RESEND_FROM": "Clínica <avisos@Clinica.example>",
        "RESEND_API_URL": url,
        "WHATSAPP_ACCESS_TOKEN": "s3cret-token",
        "WHATSAPP_PHONE_NUMBER_ID": "42",
        "WHATSAPP_API_URL": f"{url}/v25.0",
        "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
        "OPENAI_API_KEY": "s3cret-ai",
        "OPENAI_BASE_URL": f"{url}/v1",
        "FISIOFLOW_PING_URL": f"{url}/s3cret-check/{{workflow}}",
    }


def self_signed(folder: Path) -> Path:
    """A certificate and its key for localhost that nobody has signed but itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.NameOID.COMMON_NAME
    who = x509.Name([x509.NameAttribute(name, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


def network(folder: Path, environ: dict[str, str], **options: Any) -> dict[str, Finding]:
    read = settings(folder, **environ)
    return by_id(
        check_network(read, options.pop("clock", Clock()), **{"offline": False, **options})
    )


def accepted(folder: Path, environ: dict[str, str]) -> dict[str, Finding]:
    listed = list(check_accepted(settings(folder, **environ)))
    verdicts(listed)
    found = by_id(listed)
    said = " ".join(f"{f.message} {f.remedy}" for f in listed)
    assert "s3cret" not in said
    assert found.keys() == by_id(without_accepted("")).keys()
    return found


def test_whoever_answers_is_reached_and_gets_no_key(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer
) -> None:
    findings = network(tmp_path, env)
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert len(httpserver.log) == 4
    for request, _ in httpserver.log:
        assert request.method == "GET"
        assert "authorization" not in request.headers
        assert "s3cret" not in f"{request.url} {request.headers}"


def test_nobody_is_asked_who_is_not_configured_or_not_to_be(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer
) -> None:
    asked = [network(tmp_path, {}), network(tmp_path, env, offline=True)]
    assert {f.verdict for findings in asked for f in findings.values()} == {Verdict.SKIPPED}
    assert asked[0].keys() == asked[1].keys() == by_id(without_network("")).keys()
    assert httpserver.log == []


def test_server_that_is_not_there(tmp_path: Path, env: dict[str, str]) -> None:
    for address, told in (
        ("http://127.0.0.1:1", "nobody listens there"),
        ("http://nowhere.invalid", "its name is not known"),
    ):
        for side, verdict in (("development", Verdict.WARNING), ("production", Verdict.FAILURE)):
            environ = env | {"RESEND_API_URL": address, "FISIOFLOW_ENV": side}
            findings = network(tmp_path, environ)
            assert findings["network.resend"].verdict is verdict
            assert told in findings["network.resend"].message
            assert "(RESEND_API_URL)" in findings["network.resend"].message
            assert findings["network.openai"].verdict is Verdict.OK


def test_no_command_fails_for_want_of_its_monitor(tmp_path: Path, env: dict[str, str]) -> None:
    away = {"FISIOFLOW_PING_URL": "http://127.0.0.1:1/s3cret/{workflow}"}
    finding = network(tmp_path, env | away | {"FISIOFLOW_ENV": "production"})["network.ping"]
    assert finding.verdict is Verdict.WARNING
    assert "(FISIOFLOW_PING_URL) cannot be reached" in finding.message


def test_certificate_that_nobody_knows(tmp_path: Path, env: dict[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with HTTPServer(host="localhost", ssl_context=context) as server:
        environ = env | {"RESEND_API_URL": server.url_for("").rstrip("/")}
        finding = network(tmp_path, environ)["network.resend"]
    assert "certificate" in finding.message


def test_https_where_http_is_spoken(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer
) -> None:
    environ = env | {"RESEND_API_URL": httpserver.url_for("").replace("http:", "https:")}
    assert "no encrypted connection" in network(tmp_path, environ)["network.resend"].message


def test_clock_that_is_wrong(tmp_path: Path, env: dict[str, str]) -> None:
    for off, verdict in ((0, Verdict.OK), (30, Verdict.WARNING), (-3600, Verdict.FAILURE)):
        ours = Clock(starting_at=datetime.now(UTC) + timedelta(seconds=off))
        assert network(tmp_path, env, clock=ours)["network.clock"].verdict is verdict


def test_proxy_is_used_and_named(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", httpserver.url_for("").rstrip("/"))
    environ = {name: value for name, value in env.items() if name.startswith("RESEND")}
    finding = network(tmp_path, environ | {"RESEND_API_URL": "http://mail.invalid"})
    assert "through a proxy" in finding["network.resend"].message
    assert [request.host for request, _ in httpserver.log] == ["mail.invalid"]
    assert "without encryption" in finding["network.resend"].message


def answers(httpserver: HTTPServer, path: str, status: int, **body: Any) -> None:
    httpserver.expect_request(path).respond_with_json(body, status=status)


RESEND = {
    "verified": (200, {"data": [{"name": "clinica.example", "status": "verified"}]}, "ok", "ok"),
    "pending": (200, {"data": [{"name": "clinica.example", "status": "pending"}]}, "ok", "failure"),
    "another": (200, {"data": [{"name": "other.example", "status": "verified"}]}, "ok", "failure"),
    "none": (200, {"data": []}, "ok", "failure"),
    "nonsense": (200, {"data": [{"name": 7}, "x"]}, "ok", "failure"),
    "may only send": (401, {"name": "restricted_api_key"}, "ok", "skipped"),
    "wrong": (401, {"name": "validation_error", "message": KEY}, "failure", "skipped"),
    "unknown": (403, {"name": "invalid_api_key"}, "failure", "skipped"),
    "busy": (429, {}, "skipped", "skipped"),
    "broken": (503, {}, "warning", "skipped"),
}


@pytest.mark.parametrize("case", RESEND.values(), ids=RESEND)
def test_key_and_sender_at_resend(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer, case: Any
) -> None:
    status, body, key, domain = case
    answers(httpserver, "/domains", status, **body)
    findings = accepted(tmp_path, {n: v for n, v in env.items() if n.startswith("RESEND")})
    assert findings["accepted.resend"].verdict == key
    assert findings["accepted.resend-domain"].verdict == domain
    [(request, _)] = httpserver.log
    assert request.headers["authorization"] == f"Bearer {KEY}"


CLOUD = {
    "well": (200, {"id": "42", "quality_rating": "GREEN"}, "ok", ""),
    "low quality": (200, {"id": "42", "quality_rating": "RED"}, "warning", "quality"),
    "expired": (401, {"error": {"code": 190, "message": "s3cret-token"}}, "failure", "expired"),
    "another number": (400, {"error": {"code": 100}}, "failure", "WHATSAPP_PHONE_NUMBER_ID"),
    "no permission": (403, {"error": {"code": 10}}, "failure", "refuses"),
    "broken": (500, {}, "warning", "status 500"),
}


@pytest.mark.parametrize("case", CLOUD.values(), ids=CLOUD)
def test_token_and_number_at_meta(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer, case: Any
) -> None:
    status, body, verdict, word = case
    answers(httpserver, "/v25.0/42", status, **body)
    environ = {n: v for n, v in env.items() if n.startswith("WHATSAPP")}
    finding = accepted(tmp_path, environ)["accepted.whatsapp"]
    assert finding.verdict == verdict
    assert word in f"{finding.message} {finding.remedy}"


EVOLUTION = {
    "connected": (200, {"instance": {"state": "open"}}, "ok"),
    "telephone gone": (200, {"instance": {"state": "close"}}, "failure"),
    "connecting": (200, {"instance": {"state": "connecting"}}, "failure"),
    "nonsense": (200, {"instance": []}, "failure"),
    "wrong key": (401, {}, "failure"),
    "unknown": (404, {"response": {"message": ["s3cret"]}}, "failure"),
    "broken": (500, {}, "warning"),
}


@pytest.mark.parametrize("case", EVOLUTION.values(), ids=EVOLUTION)
def test_instance_at_evolution(tmp_path: Path, httpserver: HTTPServer, case: Any) -> None:
    status, body, verdict = case
    answers(httpserver, "/instance/connectionState/clinica", status, **body)
    environ = {
        "WHATSAPP_PROVIDER": "evolution",
        "WHATSAPP_API_KEY": "s3cret",
        "WHATSAPP_INSTANCE": "clinica",
        "WHATSAPP_API_URL": httpserver.url_for("").rstrip("/"),
    }
    assert accepted(tmp_path, environ)["accepted.whatsapp"].verdict == verdict
    assert httpserver.log[0][0].headers["apikey"] == "s3cret"
    assert network(tmp_path, environ)["network.whatsapp"].verdict is Verdict.OK


@pytest.mark.parametrize(
    ("status", "verdict"), [(200, "ok"), (401, "failure"), (404, "failure"), (500, "warning")]
)
def test_key_and_model_at_openai(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer, status: int, verdict: str
) -> None:
    answers(httpserver, "/v1/models/gpt-5.6-luna", status, id="s3cret")
    environ = {n: v for n, v in env.items() if n.startswith("OPENAI")}
    assert accepted(tmp_path, environ)["accepted.openai"].verdict == verdict


def test_provider_that_cannot_be_asked_is_nobody_s_failure_here(tmp_path: Path) -> None:
    environ = {"RESEND_API_KEY": KEY, "RESEND_API_URL": "http://127.0.0.1:1"}
    assert accepted(tmp_path, environ)["accepted.resend"].verdict is Verdict.SKIPPED


def test_key_that_no_header_can_carry(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer
) -> None:
    answers(httpserver, "/domains", 401)
    environ = env | {"RESEND_API_KEY": "re_“s3cret”", "WHATSAPP_ACCESS_TOKEN": "s3crét"}
    assert accepted(tmp_path, environ)["accepted.resend"].verdict is Verdict.FAILURE


def meta(pages: list[list[dict[str, Any]]]) -> Callable[[Request], Response]:
    """Meta's answers: one account, its templates page by page."""

    def answer(request: Request) -> Response:
        if request.path == "/v25.0/42":
            return _json({"id": "42"})
        if request.path == "/v25.0/debug_token":
            assert request.args["input_token"] == "s3cret-token"
            scope = {"scope": "whatsapp_business_management", "target_ids": ["77"]}
            return _json({"data": {"granular_scopes": [{"scope": "other"}, scope]}})
        assert request.path == "/v25.0/77/message_templates"
        number = int(request.args.get("after", 0))
        paging: dict[str, Any] = {"cursors": {"after": str(number + 1)}}
        if number + 1 < len(pages):
            paging["next"] = "https://elsewhere.invalid/never-followed"
        return _json({"data": pages[number], "paging": paging})

    return answer


def _json(document: Any) -> Response:
    return Response(json.dumps(document), 200, {"content-type": "application/json"})


def template(name: str, slots: int, **more: Any) -> dict[str, Any]:
    text = " ".join(f"{{{{{number}}}}}" for number in range(1, slots + 1))
    body = {"type": "BODY", "text": f"Olá {text} {{{{1}}}}" if slots else "Olá"}
    header = {"type": "HEADER", "text": "{{1}}"}
    shown = {"name": name, "language": "pt_BR", "status": "APPROVED"}
    return {**shown, "components": [header, body], **more}


def test_templates_of_the_account(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer
) -> None:
    pages = [
        [template("other", 1), template("aniversario", 2)],
        [template("lembrete", 4, status="PAUSED"), template("vence", 4)],
        [template("confirmacao", 4, language="en_US")],
    ]
    httpserver.expect_request("/v25.0/42").respond_with_handler(meta(pages))
    httpserver.expect_request("/v25.0/debug_token").respond_with_handler(meta(pages))
    httpserver.expect_request("/v25.0/77/message_templates").respond_with_handler(meta(pages))
    environ = {n: v for n, v in env.items() if n.startswith("WHATSAPP")} | {
        "WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER": "lembrete",
        "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "vence",
        "WHATSAPP_TEMPLATE_APPOINTMENT_CONFIRMATION": "confirmacao",
        "WHATSAPP_TEMPLATE_APPOINTMENT_CANCELLATION": "no_such",
    }
    findings = accepted(tmp_path, environ)
    shown = {check: f for check, f in findings.items() if "template" in check}
    told = {check.removeprefix("accepted.template-"): f.message for check, f in shown.items()}
    assert shown["accepted.template-birthday"].verdict is Verdict.OK
    assert "PAUSED" in told["appointment-reminder"]
    assert "takes 4 values, these messages have 5" in told["voucher-expiry"]
    assert "only in en_US" in told["appointment-confirmation"]
    assert "no template no_such" in told["appointment-cancellation"]
    assert [f.verdict for f in shown.values()].count(Verdict.FAILURE) == 4


def test_token_that_may_not_read_templates(
    tmp_path: Path, env: dict[str, str], httpserver: HTTPServer
) -> None:
    answers(httpserver, "/v25.0/42", 200, id="42")
    answers(httpserver, "/v25.0/debug_token", 200, data={"granular_scopes": None})
    environ = {n: v for n, v in env.items() if n.startswith("WHATSAPP")}
    finding = accepted(tmp_path, environ)["accepted.template-birthday"]
    assert finding.verdict is Verdict.SKIPPED
    assert "whatsapp_business_management" in finding.message


def test_hostile_template_name() -> None:
    finding = judge("birthday", "x\x1b[31m\n::error::y", "pt_BR", [])
    assert not set(finding.message) & {"\x1b", "\n"}


def test_as_many_values_as_our_messages_have() -> None:
    for kind, count in PARAMETERS.items():
        assert len(every_message("Ana")[kind].parameters) == count
