"""OpenAI's Responses API: the real client, a local server that answers as the documents say."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.gateway import Rejected, StopRun
from fisioflow_cli.gateways.insight import (
    Answer,
    CutOff,
    Invalid,
    Refused,
    Suggested,
    TryAgain,
    Usage,
)
from fisioflow_cli.gateways.insights_openai import INSTRUCTIONS, MOST_TOKENS, InsightModel
from tests.gateways.openai_answers import (
    INSIGHT,
    cut_off,
    error,
    refusal,
    response,
    said,
    suggesting,
)
from tests.gateways.raw_server import LOSING, refusing_url, running, silent

PATH = "/v1/responses"
KEY = "sk-segredo-123"
TEXT = "Paciente-1234, 41 anos. Canário lombar."
COST = Usage(input_tokens=412, output_tokens=97)


def model_at(url: str) -> InsightModel:
    return InsightModel(KEY, url, "gpt-test")


@pytest.fixture
def model(httpserver: HTTPServer) -> InsightModel:
    return model_at(httpserver.url_for("/v1"))


def asked(model: InsightModel, httpserver: HTTPServer, body: Any, status: int = 200) -> Answer:
    """The answer to a server that says this."""
    httpserver.expect_request(PATH).respond_with_json(body, status=status)
    return model.ask(TEXT, timeout=5)


def requests(httpserver: HTTPServer) -> list[dict[str, Any]]:
    return [json.loads(request.get_data()) for request, _ in httpserver.log]


def test_insight_with_its_cost(model: InsightModel, httpserver: HTTPServer) -> None:
    assert asked(model, httpserver, suggesting()) == Suggested(insight=INSIGHT, usage=COST)


def test_request_holds_the_text_and_asks_that_nothing_be_stored(
    model: InsightModel, httpserver: HTTPServer
) -> None:
    asked(model, httpserver, suggesting())
    [(request, _)] = httpserver.log
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert float(request.headers["x-stainless-read-timeout"]) == 5
    [body] = requests(httpserver)
    schema = body.pop("text")["format"]
    assert body == {
        "model": "gpt-test",
        "instructions": INSTRUCTIONS,
        "input": [{"role": "user", "content": TEXT}],
        "store": False,
        "max_output_tokens": MOST_TOKENS,
    }
    assert (schema["type"], schema["strict"]) == ("json_schema", True)
    assert set(schema["schema"]["required"]) == INSIGHT.keys()
    assert schema["schema"]["additionalProperties"] is False
    adherence = schema["schema"]["properties"]["adherence"]["anyOf"]
    assert {"type": "integer", "minimum": 0, "maximum": 100} in adherence


@pytest.mark.parametrize("adherence", [0, 100, None])
def test_adherence_from_0_to_100_or_unknown(
    model: InsightModel, httpserver: HTTPServer, adherence: int | None
) -> None:
    answer = asked(model, httpserver, suggesting(adherence=adherence))
    assert isinstance(answer, Suggested)
    assert answer.insight["adherence"] == adherence


@pytest.mark.parametrize(
    "change",
    [
        *({"adherence": value} for value in (-1, 101, 1e9, 72.5, "72", True, [])),
        *({"summary": value} for value in ("", "  \n", None, 3, "a\0b", "a\x1bb")),
        *({"trends": value} for value in ("dor", [""], [None], {"a": 1}, None)),
        {"risk_factors": [["dor"]]},
        {"confidence": 0.9},
    ],
    ids=str,
)
def test_what_does_not_fit_the_schema_is_invalid(
    model: InsightModel, httpserver: HTTPServer, change: dict[str, Any]
) -> None:
    """It is not clamped, not repaired and not completed."""
    assert asked(model, httpserver, suggesting(**change)) == Invalid(usage=COST)


@pytest.mark.parametrize("text", ["", "{}", "null", "Claro! Aqui está:", '{"summary": "a"}', "[1"])
def test_text_that_is_no_insight_is_invalid(
    model: InsightModel, httpserver: HTTPServer, text: str
) -> None:
    assert asked(model, httpserver, response(said(text))) == Invalid(usage=COST)


def test_answer_without_text_is_invalid(model: InsightModel, httpserver: HTTPServer) -> None:
    assert asked(model, httpserver, response(output=[])) == Invalid(usage=COST)


def test_refusal(model: InsightModel, httpserver: HTTPServer) -> None:
    assert asked(model, httpserver, response(refusal())) == Refused(usage=COST)


def test_refusal_beside_a_text_is_a_refusal(model: InsightModel, httpserver: HTTPServer) -> None:
    body = response(said(json.dumps(INSIGHT)), refusal())
    assert asked(model, httpserver, body) == Refused(usage=COST)


def test_answer_stopped_by_the_filter_is_a_refusal(
    model: InsightModel, httpserver: HTTPServer
) -> None:
    reason = {"reason": "content_filter"}
    body = response(said('{"summ'), status="incomplete", incomplete_details=reason)
    assert asked(model, httpserver, body) == Refused(usage=COST)


def test_answer_that_reached_the_most_tokens_is_cut_off(
    model: InsightModel, httpserver: HTTPServer
) -> None:
    assert asked(model, httpserver, cut_off()) == CutOff(usage=COST)


def test_cut_off_is_known_even_if_the_text_happens_to_be_whole(
    model: InsightModel, httpserver: HTTPServer
) -> None:
    body = suggesting() | {"status": "incomplete", "incomplete_details": None}
    assert asked(model, httpserver, body) == CutOff(usage=COST)


@pytest.mark.parametrize("usage", [None, [], {}, {"input_tokens": "9", "output_tokens": 1e40}])
def test_odd_cost_is_unknown(model: InsightModel, httpserver: HTTPServer, usage: Any) -> None:
    answer = asked(model, httpserver, response(refusal(), usage=usage))
    assert answer == Refused(usage=Usage())


@pytest.mark.parametrize(
    ("failed", "answer"),
    [
        ({"code": "server_error", "message": "x"}, TryAgain(code="http_200 server_error")),
        ({"code": "rate_limit_exceeded"}, TryAgain(code="http_200 rate_limit_exceeded")),
        ({"code": "prosa com espaço"}, TryAgain(code="http_200")),
        (None, TryAgain(code="http_200 failed")),
        ({"code": "invalid_prompt", "message": "x"}, Refused(usage=COST)),
    ],
)
def test_response_that_failed(
    model: InsightModel, httpserver: HTTPServer, failed: dict[str, Any] | None, answer: Answer
) -> None:
    assert asked(model, httpserver, response(status="failed", error=failed)) == answer


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<h1>proxy</h1>", b"{oops", b"[]", b"3", b"null", b"{}", b"\xff\xfe"),
        *(b'{"status": "completed", "output": "x"}', b'{"status": "completed", "output": [3]}'),
        b'{"status": "completed", "output": [{"type": "message", "content": [null]}]}',
        b'{"status": "unheard_of", "output": []}',
        b'{"status":' + b"[" * 100_000,
    ],
    ids=range(13),
)
def test_answer_of_something_else_is_tried_again(
    model: InsightModel, httpserver: HTTPServer, body: bytes
) -> None:
    httpserver.expect_request(PATH).respond_with_data(body, content_type="application/json")
    assert model.ask(TEXT, timeout=5) == TryAgain(code="unreadable_answer")


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        (400, "context_length_exceeded", Rejected(code="http_400 context_length_exceeded")),
        (400, None, Rejected(code="http_400")),
        (422, "invalid_value", Rejected(code="http_422 invalid_value")),
        (400, "invalid_prompt", Refused(usage=Usage())),
        (400, "content_policy_violation", Refused(usage=Usage())),
        (408, None, TryAgain(code="http_408")),
        (409, None, TryAgain(code="http_409")),
        (429, "rate_limit_exceeded", TryAgain(code="http_429 rate_limit_exceeded")),
        (500, "server_error", TryAgain(code="http_500 server_error")),
        (503, None, TryAgain(code="http_503")),
    ],
)
def test_errors_of_the_request_and_of_the_moment(
    model: InsightModel, httpserver: HTTPServer, status: int, code: str | None, answer: Answer
) -> None:
    assert asked(model, httpserver, error(code), status) == answer
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (400, "unsupported_parameter", "OPENAI_MODEL"),
        (401, "invalid_api_key", "OPENAI_API_KEY"),
        (403, "unsupported_country_region_territory", "project"),
        (404, "model_not_found", "OPENAI_MODEL"),
        (405, None, "OPENAI_BASE_URL"),
    ],
)
def test_errors_of_the_configuration(
    model: InsightModel, httpserver: HTTPServer, status: int, code: str | None, remedy: str
) -> None:
    answer = asked(model, httpserver, error(code), status)
    assert isinstance(answer, StopRun)
    assert answer.configuration
    assert remedy in answer.remedy


@pytest.mark.parametrize(
    "body", [error("insufficient_quota"), error(None, kind="insufficient_quota")]
)
def test_quota_that_is_used_up(
    model: InsightModel, httpserver: HTTPServer, body: dict[str, Any]
) -> None:
    """It comes as a 429 too, and no pause of seconds mends it."""
    answer = asked(model, httpserver, body, 429)
    assert isinstance(answer, StopRun)
    assert not answer.configuration


def test_pause_that_is_asked_for(model: InsightModel, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_json(
        error("rate_limit_exceeded"), status=429, headers={"Retry-After": "17"}
    )
    answer = model.ask(TEXT, timeout=5)
    assert answer == TryAgain(code="http_429 rate_limit_exceeded", seconds=17)
    assert len(httpserver.log) == 1


def test_redirect_takes_the_record_nowhere(model: InsightModel, httpserver: HTTPServer) -> None:
    """The SDK's own default would repeat the whole body at the new address."""
    elsewhere = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request(PATH).respond_with_data("", status=307, headers=elsewhere)
    answer = model.ask(TEXT, timeout=5)
    assert isinstance(answer, StopRun)
    assert [request.path for request, _ in httpserver.log] == [PATH]


def test_server_that_never_answers() -> None:
    with running(silent) as server:
        answer = model_at(server.url).ask(TEXT, timeout=0.3)
        assert answer == TryAgain(code="timeout")
        assert len(server.requests) == 1


@pytest.mark.parametrize("behave", LOSING.values(), ids=LOSING)
def test_connection_that_is_lost(behave: Any) -> None:
    with running(behave) as server:
        assert model_at(server.url).ask(TEXT, timeout=5) == TryAgain(code="no_answer")
        assert server.connections == 1


def test_nobody_listens() -> None:
    assert model_at(refusing_url()).ask(TEXT, timeout=5) == TryAgain(code="no_answer")


@pytest.mark.parametrize("url", ["", "ftp://x", "api.openai.com", "http://"])
def test_address_that_no_request_can_use(url: str) -> None:
    with pytest.raises(InvalidSetting, match="OPENAI_BASE_URL"):
        model_at(url)


@pytest.mark.parametrize("key", ["sk-ç", "sk\n"])
def test_key_that_no_header_carries(key: str) -> None:
    with pytest.raises(InvalidSetting, match="OPENAI_API_KEY") as refused:
        InsightModel(key, "http://127.0.0.1/v1", "m")
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        *(("http://127.0.0.1:4010/v1", True), ("http://localhost/v1", True)),
        *(("http://[::1]:8080/v1", True), ("https://api.openai.com/v1", False)),
        *(("http://10.0.0.5/v1", False), ("http://localhost.example.com/v1", False)),
    ],
)
def test_which_addresses_are_this_machine(url: str, is_here: bool) -> None:
    assert model_at(url).is_here is is_here


def test_fingerprint_depends_on_model_and_text() -> None:
    one = InsightModel(KEY, "http://127.0.0.1/v1", "a")
    other = InsightModel("sk-2", "http://127.0.0.1:9/v1", "a")
    prints = {model.fingerprint(TEXT) for model in (one, other)}
    assert len(prints) == 1
    assert one.fingerprint(TEXT + ".") not in prints
    assert InsightModel(KEY, "http://127.0.0.1/v1", "b").fingerprint(TEXT) not in prints


def echoing(request: Request) -> Response:
    """An error that repeats everything it was told."""
    told = f"{request.get_data(as_text=True)} {request.headers['authorization']}"
    return Response(json.dumps(error(told, told, told)), 400, content_type="application/json")


def test_nothing_of_the_request_comes_back_in_a_code(
    model: InsightModel, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_handler(echoing)
    answer = model.ask(TEXT, timeout=5)
    assert answer == Rejected(code="http_400")
    assert KEY not in repr(model)


@pytest.mark.parametrize("body", [suggesting(), cut_off(), suggesting(adherence=101)])
def test_no_log_has_the_record_or_the_answer(
    model: InsightModel,
    httpserver: HTTPServer,
    body: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    asked(model, httpserver, body)
    for secret in ("Canário", "mobilidade", KEY):
        assert secret not in caplog.text


PROGRAM = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from fisioflow_cli.gateways.insights_openai import InsightModel
assert "openai" not in sys.modules
print(InsightModel("sk-segredo-123", sys.argv[1], "gpt-test").ask("Canário lombar", timeout=5))
"""


def test_openai_log_changes_nothing(
    model: InsightModel, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also: no warning on the way, and the SDK is loaded only when a request is made."""
    del model
    monkeypatch.setenv("OPENAI_LOG", "debug")
    httpserver.expect_request(PATH).respond_with_json(suggesting())
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, httpserver.url_for("/v1")],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert "Suggested" in done.stdout
    assert "openai." not in done.stderr
    for secret in ("Canário", "mobilidade", "sk-segredo"):
        assert secret not in done.stderr
