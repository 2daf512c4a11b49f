"""Production: what leaves for Resend and WhatsApp, as local servers that count see it."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode, MissingSetting
from tests.workflows.people import NOW, TODAY, appointment, member, patient
from tests.workflows.place import Place

MESSAGES = "/123/messages"


def accept(server: HTTPServer) -> None:
    server.expect_request("/emails").respond_with_json({"id": "mail"})
    answer = {"messages": [{"id": "wamid.1", "message_status": "accepted"}]}
    server.expect_request(MESSAGES).respond_with_json(answer)


def asked(server: HTTPServer) -> list[tuple[str, dict[str, Any]]]:
    """The requests: their path and body."""
    return [(request.path, json.loads(request.get_data())) for request, _ in server.log]


def test_each_message_leaves_once(production: Place, httpserver: HTTPServer) -> None:
    accept(httpserver)
    production.add(schema.patients, patient("ana", phone="(11) 98765-0001"))
    production.add(schema.patients, patient("bia", preferred_channel="email"))
    first = production.start("birthdays")
    assert first.result["by_channel"] == {"email": 1, "whatsapp": 1}
    requests = dict(asked(httpserver))
    assert requests["/emails"]["to"] == ["bia@example.com"]
    assert requests["/emails"]["from"] == "Clínica <avisos@example.com>"
    assert requests[MESSAGES]["to"] == "5511987650001"
    assert requests[MESSAGES]["template"]["name"] == "aniversario"
    production.start("birthdays")
    production.start("birthdays", force=True)
    assert len(httpserver.log) == 2
    assert not production.outbox.exists()


def test_refused_number_leaves_the_mail_its_chance(
    production: Place, httpserver: HTTPServer
) -> None:
    error = {"error": {"code": 131026, "message": "Message undeliverable"}}
    httpserver.expect_request(MESSAGES).respond_with_json(error, status=400)
    httpserver.expect_request("/emails").respond_with_json({"id": "mail"})
    production.add(schema.patients, patient("ana"))
    report = production.start("birthdays")
    assert (report.status, report.result["by_channel"]) == ("completed", {"email": 1})
    assert production.deliveries() == {"birthday/ana/2026": "sent email"}


def test_definite_refusal_makes_a_run_partial(production: Place, httpserver: HTTPServer) -> None:
    error = {"statusCode": 422, "name": "validation_error", "message": "ana@example.com is bad"}
    httpserver.expect_request("/emails").respond_with_json(error, status=422)
    production.add(schema.patients, patient("ana", preferred_channel="email", phone=None))
    report = production.start("birthdays")
    assert (report.status, report.final_code) == ("partial", ExitCode.PARTIAL)
    assert production.deliveries() == {"birthday/ana/2026": "failed http_422 validation_error"}
    again = production.start("birthdays")
    assert (again.reused, again.final_code) == (True, ExitCode.PARTIAL)
    assert len(httpserver.log) == 1


def test_wrong_key_stops_the_run_and_the_right_one_resumes_it(
    production: Place, httpserver: HTTPServer
) -> None:
    error = {"statusCode": 401, "name": "missing_api_key", "message": "re_test is wrong"}
    httpserver.expect_ordered_request("/emails").respond_with_json(error, status=401)
    for _ in range(2):
        httpserver.expect_ordered_request("/emails").respond_with_json({"id": "mail"})
    production.add(schema.staff, member("sara"), member("tito"))
    production.add(schema.appointments, appointment("a", TODAY - timedelta(days=1)))
    refused = production.start("daily-reports")
    assert (refused.status, refused.final_code) == ("failed", ExitCode.CONFIGURATION)
    assert "RESEND_API_KEY" in (refused.note or "")
    assert refused.result["pending"] == 1
    done = production.start("daily-reports")
    assert (done.run_id, done.attempt, done.status) == (refused.run_id, 2, "completed")
    assert done.result["sent"] == 2


def test_whatsapp_without_an_answer_is_in_doubt_and_not_repeated(
    production: Place, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(MESSAGES).respond_with_data("gateway timeout", status=504)
    production.add(schema.patients, patient("ana"))
    report = production.start("birthdays")
    assert (report.status, report.final_code) == ("partial", ExitCode.PARTIAL)
    assert report.result["in_doubt"] == 1
    assert production.start("birthdays").reused
    production.start("birthdays", force=True)
    assert len(httpserver.log) == 1


def test_opt_out_between_two_requests_is_heeded(production: Place, httpserver: HTTPServer) -> None:
    """The first request is turned away for a moment, and the patient refuses in that moment."""

    def busy(request: Request) -> Response:
        del request
        production.change(schema.patients, "ana", consent_marketing=False)
        return Response('{"name": "rate_limit_exceeded"}', 429, {"retry-after": "0"})

    httpserver.expect_request("/emails").respond_with_handler(busy)
    production.add(schema.patients, patient("ana", preferred_channel="email", phone=None))
    report = production.start("birthdays")
    assert report.result["skipped"] == {"opted_out": 1}
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(("command", "needed"), [("birthdays", True), ("cleanup", False)])
def test_missing_key_ends_a_command_that_needs_it(
    production: Place, command: str, *, needed: bool
) -> None:
    env = {"RESEND_API_KEY": ""}
    if needed:
        with pytest.raises(MissingSetting, match="RESEND_API_KEY is not set"):
            production.start(command, env=env)
        assert not production.ledger("runs")
    else:
        assert production.start(command, env=env).status == "completed"


def test_without_whatsapp_the_mail_stands_in(production: Place, httpserver: HTTPServer) -> None:
    accept(httpserver)
    production.environ |= {"WHATSAPP_ACCESS_TOKEN": "", "WHATSAPP_PHONE_NUMBER_ID": ""}
    production.add(schema.patients, patient("ana"), patient("bia", email=None))
    report = production.start("birthdays")
    assert report.result["by_channel"] == {"email": 1}
    assert report.result["skipped"] == {"channel_disabled": 1}


def test_only_the_allowed_leave_a_preview(production: Place, httpserver: HTTPServer) -> None:
    accept(httpserver)
    with production.writing() as connection:
        connection.execute(production.ledger_table("meta").update().values(value="false"))
    production.environ |= {
        "FISIOFLOW_ENV": "preview:agenda",
        "FISIOFLOW_ALLOW_RECIPIENTS": "Bia@Example.com, (11) 98765-0001",
    }
    production.add(
        schema.patients,
        patient("ana", phone="+55 11 98765-0001"),
        patient("bia", preferred_channel="email"),
        patient("caio", birth_date=date(1990, 3, 2)),
    )
    report = production.start("birthdays")
    assert report.result["sent"] == 3
    assert sorted(path for path, _ in asked(httpserver)) == [MESSAGES, "/emails"]
    assert len(production.letters()) == 1
    assert production.ledger("runs")[0]["environment"] == "preview:agenda"


def test_environments_do_not_see_each_others_messages(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    other = here.start("birthdays", env={"FISIOFLOW_ENV": "preview:x"}, at=NOW)
    assert (other.reused, other.result["sent"]) == (False, 1)
