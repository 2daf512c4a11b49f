"""`ai/patient.insights`: who may ask, what leaves this machine, what is kept of the answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text
from werkzeug import Request, Response

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.workflows.patient_insights import EVENT_WORKFLOW
from tests.gateways import aimock
from tests.gateways.openai_answers import INSIGHT, cut_off, error, refusal, response, suggesting
from tests.gateways.raw_server import refusing_url
from tests.workflows.consulting import CANARIES, PATH, Consulting, consulting
from tests.workflows.people import NOW, ago, organization, patient, session
from tests.workflows.place import Place


@pytest.fixture
def clinic(here: Place, httpserver: HTTPServer) -> Consulting:
    return consulting(here, httpserver)


@pytest.fixture
def everywhere(place: Place, httpserver: HTTPServer) -> Consulting:
    """Once on each database."""
    return consulting(place, httpserver)


def produce(place: Place) -> None:
    """Make it production, on a ledger that is stamped so."""
    with place.writing() as connection:
        meta = place.ledger_table("meta")
        connection.execute(meta.update().where(meta.c.key == "production").values(value="true"))
    place.environ |= {"FISIOFLOW_ENV": "production"}


def test_insight_is_stored_as_a_suggestion(everywhere: Consulting) -> None:
    done = everywhere.ask()
    assert (done.event.status, done.event.error) == ("completed", None)
    [row] = everywhere.stored()
    assert done.result == {
        "status": "stored",
        "insight_id": row["id"],
        "sessions": 1,
        "model": "gpt-test",
        "input_tokens": 412,
        "output_tokens": 97,
        "reused": False,
    }
    assert row["insight"] == INSIGHT
    assert (row["organization_id"], row["patient_id"]) == ("sul", "zuleika")
    assert (row["status"], row["model"], row["sessions"]) == ("stored", "gpt-test", 1)
    assert (row["input_tokens"], row["output_tokens"]) == (412, 97)
    assert len(row["input_sha256"]) == 64
    assert row["run_id"] == done.event.run_id
    assert row["acknowledged_at"] is None
    assert "confidence" not in json.dumps(row, default=str)


def test_what_leaves_tells_of_nobody(everywhere: Consulting) -> None:
    everywhere.ask()
    everything = everywhere.server.log[0][0].get_data(as_text=True).lower()
    assert [canary for canary in CANARIES if canary in everything] == []
    [body] = everywhere.requests()
    assert body["store"] is False


def test_what_the_model_needs_is_there(clinic: Consulting) -> None:
    clinic.ask()
    shown = clinic.shown()
    alias = shown[: shown.index(",")]
    assert alias.startswith("Paciente-")
    assert shown == (
        f"{alias}, 40 anos. Sessões, da mais recente para a mais antiga.\n\n"
        "Sessão 1 (há 12 dias)\n"
        "Dor, de 0 a 10: 7\n"
        f"Subjetivo: {alias} ([contato], [contato]) refere dor lombar 7/10 desde há 10 dias.\n"
        f"Objetivo: Nasc. [nascimento]. Lasègue positivo a 45°. D. {alias} anda bem.\n"
        "Avaliação: Evolução boa na [clínica].\n"
        "Plano: Retorno com o [profissional] daqui a 7 dias."
    )


def test_alias_is_of_one_request_and_not_kept(clinic: Consulting) -> None:
    def repeating(request: Request) -> Response:
        alias = json.loads(request.get_data())["input"][0]["content"].partition(",")[0]
        answer = suggesting(summary=f"{alias} melhorou.", trends=[f"{alias}: menos dor"])
        return Response(json.dumps(answer), content_type="application/json")

    clinic.server.clear()
    clinic.server.expect_request(PATH).respond_with_handler(repeating)
    clinic.ask()
    [row] = clinic.stored()
    assert row["insight"]["summary"] == "Paciente melhorou."
    assert row["insight"]["trends"] == ["Paciente: menos dor"]


def test_last_ten_sessions_newest_first(clinic: Consulting) -> None:
    clinic.hold_sessions(
        *(session(f"x{days:02}", ago(days), patient_id="zuleika", plan=f"plano {days}") for days in
          range(20, 32))
    )  # fmt: skip
    done = clinic.ask()
    assert done.result["sessions"] == 10
    lines = clinic.shown().splitlines()
    assert [line for line in lines if line.startswith("Sessão")][:3] == [
        *("Sessão 1 (há 12 dias)", "Sessão 2 (há 20 dias)", "Sessão 3 (há 21 dias)"),
    ]
    assert lines[-1] == "Plano: plano 28"


@pytest.mark.parametrize("sessions", [{}, {"status": "cancelled"}, {"organization_id": "norte"}])
def test_nothing_to_go_by_is_recorded_without_a_request(
    clinic: Consulting, sessions: dict[str, str]
) -> None:
    clinic.place.remove(schema.sessions, "s1")
    if sessions:
        clinic.hold_sessions(session("s2", ago(1), patient_id="zuleika", plan="x", **sessions))
    done = clinic.ask()
    assert (done.event.status, done.result["status"]) == ("completed", "insufficient_data")
    [row] = clinic.stored()
    assert (row["status"], row["sessions"], row["model"]) == ("insufficient_data", 0, None)
    assert row["insight"] is None
    assert clinic.requests() == []


def test_no_key_is_needed_to_find_that_there_is_nothing(clinic: Consulting) -> None:
    clinic.place.remove(schema.sessions, "s1")
    assert clinic.ask(env={"OPENAI_API_KEY": ""}).result["status"] == "insufficient_data"


OUTCOMES = {
    "refused": response(refusal("Zuleika")),
    "cut_off": cut_off(),
    "invalid": suggesting(adherence=150),
}


@pytest.mark.parametrize("status", OUTCOMES)
def test_answer_without_an_insight_is_recorded_for_what_it_is(
    everywhere: Consulting, status: str
) -> None:
    everywhere.answer(OUTCOMES[status])
    done = everywhere.ask()
    assert (done.event.status, done.result["status"]) == ("completed", status)
    [row] = everywhere.stored()
    assert (row["status"], row["insight"]) == (status, None)
    assert (row["input_tokens"], row["output_tokens"], row["model"]) == (412, 97, "gpt-test")
    assert len(everywhere.requests()) == 1


@pytest.mark.parametrize("status", OUTCOMES)
def test_what_gave_no_insight_is_asked_anew_by_another_event(
    clinic: Consulting, status: str
) -> None:
    clinic.answer(OUTCOMES[status])
    clinic.ask()
    clinic.answer(suggesting())
    assert clinic.ask(at=NOW + timedelta(minutes=1)).result["status"] == "stored"
    assert [row["status"] for row in clinic.stored()] == [status, "stored"]


def test_same_input_within_a_day_is_not_asked_twice(everywhere: Consulting) -> None:
    """Another alias and another day's `há 13 dias` are not another input."""
    first = everywhere.ask()
    again = everywhere.ask(at=NOW + timedelta(hours=23, minutes=59))
    assert again.event.status == "completed"
    assert again.result == {**first.result, "reused": True}
    assert len(everywhere.requests()) == 1
    assert len(everywhere.stored()) == 1


def test_same_input_after_a_day_is_asked_anew(clinic: Consulting) -> None:
    clinic.ask()
    assert clinic.ask(at=NOW + timedelta(hours=24, minutes=1)).result["reused"] is False
    assert len(clinic.requests()) == 2
    assert len({row["input_sha256"] for row in clinic.stored()}) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.place.change(schema.sessions, "s1", plan="Alta."),
        lambda c: c.place.change(schema.sessions, "s1", pain=2),
        lambda c: c.hold_sessions(session("s2", ago(1), patient_id="zuleika", plan="x")),
        lambda c: c.place.environ.update(OPENAI_MODEL="gpt-other"),
    ],
)
def test_other_input_is_asked_at_once(
    clinic: Consulting, change: Callable[[Consulting], None]
) -> None:
    clinic.ask()
    change(clinic)
    assert clinic.ask().result["reused"] is False
    assert len(clinic.requests()) == 2


def test_insight_of_another_patient_is_not_taken(clinic: Consulting) -> None:
    """Also if their records say the same, word for word."""
    clinic.place.add(schema.patients, patient("gemea", birth_date=date(1985, 6, 14)))
    clinic.hold_sessions(session("g1", ago(5), patient_id="gemea", plan="x"))
    clinic.place.change(schema.sessions, "s1", **dict.fromkeys(("subjective", "objective")))
    clinic.place.change(schema.sessions, "s1", assessment=None, plan="x", pain=None, held_at=ago(5))
    clinic.ask()
    assert clinic.ask(patientId="gemea").result["reused"] is False
    assert len({row["input_sha256"] for row in clinic.stored()}) == 1


def test_event_that_comes_twice_changes_nothing(clinic: Consulting) -> None:
    clinic.ask()
    before = clinic.place.contents()
    clinic.number = 0
    clinic.ask()
    assert clinic.place.contents() == before


REFUSALS = {
    "not on the list": ({"env": {"FISIOFLOW_AI_ORGANIZATIONS": "norte"}}, "no language model"),
    "nobody on the list": ({"env": {"FISIOFLOW_AI_ORGANIZATIONS": ""}}, "no language model"),
    "somebody else's": ({"organizationId": "norte"}, "no such patient"),
    "nobody": ({"patientId": "nobody"}, "no such patient"),
    "no organization": ({"patientId": "stray"}, "no such patient"),
    "odd id": ({"patientId": "' OR 1=1 --"}, "no such patient"),
    "switched off": ({"organizationId": "shut", "patientId": "gone"}, "switched off"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_who_may_not_ask_is_refused_at_once(clinic: Consulting, case: str) -> None:
    clinic.place.add(schema.organizations, organization("norte"))
    clinic.place.add(schema.organizations, organization("shut", active=False))
    clinic.place.add(schema.patients, patient("stray", organization_id=None))
    clinic.place.add(schema.patients, patient("gone", "shut"))
    clinic.place.environ["FISIOFLOW_AI_ORGANIZATIONS"] = "norte,sul,shut"
    facts, said = REFUSALS[case]
    done = clinic.ask(**facts)
    assert done.event.status == "dead"
    assert said in (done.event.error or "")
    assert clinic.requests() == []
    assert clinic.stored() == []


def test_every_organization_is_on_the_list_by_all(clinic: Consulting) -> None:
    done = clinic.ask(env={"FISIOFLOW_AI_ORGANIZATIONS": "all"})
    assert done.result["status"] == "stored"


def test_known_identifier_that_survives_stops_the_request(everywhere: Consulting) -> None:
    """A person has to look: the event is dead, and its error names no name."""
    everywhere.place.change(schema.sessions, "s1", plan="Chamar de Z u l e i k a.")
    done = everywhere.ask()
    assert everywhere.requests() == []
    assert (done.event.status, done.event.error) == ("dead", "1 failed: not_deidentified")
    [row] = everywhere.stored()
    assert (row["status"], row["insight"], row["model"]) == ("not_deidentified", None, None)


def test_whole_name_is_known_though_messages_use_the_first_word(clinic: Consulting) -> None:
    """The relation `identifiers` tells it; without it only the name to address is known."""
    clinic.place.change(schema.sessions, "s1", plan="Sra. Quaresma; quaresma volta.")
    clinic.ask()
    assert "uaresma" not in clinic.shown()


def test_profile_without_identifiers_still_hides_what_it_knows(clinic: Consulting) -> None:
    clinic.place.copy_profile("relations.identifiers")
    clinic.ask()
    shown = clinic.shown().lower()
    assert [word for word in ("zuleika", "98765", "@", "bragança") if word in shown] == []


def test_no_key_waits_for_the_setting(clinic: Consulting) -> None:
    clinic.ask(env={"OPENAI_API_KEY": ""})
    summary = clinic.dispatch(at=NOW + timedelta(hours=1), env={"OPENAI_API_KEY": ""})
    assert summary.exit_code is ExitCode.CONFIGURATION
    assert "OPENAI_API_KEY" in (summary.note or "")
    clinic.dispatch(at=NOW + timedelta(hours=2))
    assert clinic.told[-1].event.status == "completed"


@pytest.mark.parametrize(
    ("status", "code", "exit_code", "said"),
    [
        (401, "invalid_api_key", ExitCode.CONFIGURATION, "OPENAI_API_KEY"),
        (404, "model_not_found", ExitCode.CONFIGURATION, "OPENAI_MODEL"),
        (429, "insufficient_quota", ExitCode.TRY_LATER, "quota"),
    ],
)
def test_account_that_cannot_answer(
    clinic: Consulting, status: int, code: str, exit_code: ExitCode, said: str
) -> None:
    """The event waits and no failure is counted: it is not the event's fault."""
    clinic.answer(error(code, "Zuleika"), status)
    summary = clinic.dispatch(event_id="e")
    assert (summary.exit_code, said in (summary.note or "")) == (exit_code, True)
    event = clinic.told[-1].event
    assert (event.status, event.failures) == ("waiting", 0)
    assert len(clinic.requests()) == 1
    clinic.answer(suggesting())
    clinic.dispatch(at=NOW + timedelta(hours=3))
    assert clinic.told[-1].event.status == "completed"


def test_request_that_is_refused_for_good(clinic: Consulting) -> None:
    clinic.answer(error("context_length_exceeded", "Zuleika"), 400)
    done = clinic.ask()
    assert done.event.status == "dead"
    assert "http_400 context_length_exceeded" in (done.event.error or "")
    assert len(clinic.requests()) == 1


def test_trouble_is_tried_again_and_then_left_to_a_later_dispatch(clinic: Consulting) -> None:
    clinic.answer(error("server_error"), 500)
    done = clinic.ask()
    assert len(clinic.requests()) == 3
    assert (done.event.status, done.event.failures) == ("waiting", 1)
    assert done.event.error == "1 pending: http_500 server_error"
    assert clinic.stored() == []
    clinic.answer(suggesting())
    clinic.dispatch(at=NOW + timedelta(hours=1))
    assert clinic.told[-1].event.status == "completed"
    assert [row["status"] for row in clinic.stored()] == ["stored"]


def test_nobody_answers(clinic: Consulting) -> None:
    done = clinic.ask(env={"OPENAI_BASE_URL": refusing_url()})
    assert (done.event.status, done.event.error) == ("waiting", "1 pending: no_answer")


def test_pause_that_the_provider_asks_for_is_kept(clinic: Consulting) -> None:
    clinic.answer(error("rate_limit_exceeded"), 429, **{"Retry-After": "1800"})
    done = clinic.ask()
    assert (done.event.status, done.event.failures) == ("waiting", 0)
    assert "asked for a pause (http_429 rate_limit_exceeded)" in (done.event.error or "")
    wait = done.event.due_at - NOW.astimezone(UTC)
    assert timedelta(minutes=30) <= wait < timedelta(minutes=31)
    assert len(clinic.requests()) == 1


def test_pause_beyond_the_calendar_is_a_day(clinic: Consulting) -> None:
    clinic.answer(error("rate_limit_exceeded"), 429, **{"Retry-After": "999999999"})
    wait = clinic.ask().event.due_at - NOW.astimezone(UTC)
    assert timedelta(hours=24) <= wait < timedelta(hours=25)


def test_outside_production_no_record_leaves_this_machine(clinic: Consulting) -> None:
    done = clinic.ask(env={"OPENAI_BASE_URL": "https://api.openai.com/v1"})
    assert done.event.status == "dead"
    assert "Outside production" in (done.event.error or "")
    assert clinic.stored() == []


def test_production_asks_wherever_the_model_is(clinic: Consulting) -> None:
    """The address is only a name here: nothing of this machine's answers, but a try is made."""
    produce(clinic.place)
    done = clinic.ask(env={"OPENAI_BASE_URL": "http://model.invalid/v1"})
    assert (done.event.status, done.event.error) == ("waiting", "1 pending: no_answer")


def test_state_is_read_again_before_each_attempt(clinic: Consulting) -> None:
    clinic.answer(error(None), 503)
    clinic.ask()
    clinic.place.change(schema.patients, "zuleika", organization_id="norte")
    clinic.answer(suggesting())
    clinic.dispatch(at=NOW + timedelta(hours=1))
    assert clinic.told[-1].event.status == "dead"
    assert clinic.requests() == []


def test_stored_insight_is_not_asked_for_again_by_a_second_attempt(clinic: Consulting) -> None:
    """The process dies between the answer's record and the event's end."""
    died: list[bool] = []

    def dying(run: Any, event: Any, services: Any) -> None:
        EVENT_WORKFLOW.body(run, event, services)
        if not died:
            died.append(True)
            raise RuntimeError("killed")

    mortal = replace(EVENT_WORKFLOW, body=dying)
    clinic.dispatch(event_id="e", workflow=mortal)
    assert clinic.told[-1].event.status == "waiting"
    clinic.dispatch(at=NOW + timedelta(hours=1), workflow=mortal)
    assert clinic.told[-1].event.status == "completed"
    assert clinic.told[-1].result["reused"] is False
    assert len(clinic.requests()) == 1
    assert len(clinic.stored()) == 1


def test_insight_is_shown_in_a_clinic_that_has_a_place_for_it(everywhere: Consulting) -> None:
    """Once, also if the event is done again; a reused one and one without an answer add nothing."""
    place = everywhere.place
    with place.writing() as connection:
        connection.execute(
            text("CREATE TABLE shown (id VARCHAR PRIMARY KEY, who TEXT, words TEXT)")
        )
    place.copy_profile()
    own = place.folder / "mine.toml"
    write = "INSERT INTO shown VALUES (:id, :patient_id, :text) ON CONFLICT (id) DO NOTHING"
    own.write_text(f'{own.read_text()}\nrecord_insight = """{write}"""\n', encoding="utf-8")
    everywhere.place.environ["FISIOFLOW_ALLOW_CLINIC_WRITES"] = "true"
    done = everywhere.ask()
    everywhere.ask()
    everywhere.place.change(schema.sessions, "s1", plan="Outro.")
    everywhere.answer(response(refusal()))
    everywhere.ask()
    with place.writing() as connection:
        [row] = connection.execute(text("SELECT * FROM shown")).all()
    assert (row.id, row.who) == (done.result["insight_id"], "zuleika")
    assert row.words == (
        "Sugestão de inteligência artificial, a ser conferida por um profissional.\n\n"
        "Paciente evolui com menos dor e mais mobilidade.\n\n"
        "Tendências:\n- Dor em queda: de 7 para 3.\n\n"
        "Recomendações:\n- Manter o fortalecimento.\n\n"
        "Adesão ao tratamento, segundo os registros: 80 de 100."
    )


def everything_kept(clinic: Consulting) -> str:
    """All that the ledger remembers, but for the insights themselves."""
    kept = [clinic.place.ledger(name) for name in ("events", "runs", "steps", "deliveries")]
    told = [str(one) for one in clinic.told]
    return json.dumps([kept, told], default=str).lower()


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
def test_neither_records_nor_answers_stand_in_errors_and_logs(
    clinic: Consulting, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    def echo(request: Request) -> Response:
        told = f"{request.get_data(as_text=True)} Zuleika {request.headers['authorization']}"
        body = json.dumps({**error(told, told, told), "output": told, "status": "completed"})
        return Response(body, status, content_type="application/json")

    clinic.server.clear()
    clinic.server.expect_request(PATH).respond_with_handler(echo)
    clinic.ask()
    captured = capfd.readouterr()
    said = everything_kept(clinic) + captured.out.lower() + captured.err.lower()
    for secret in ("quaresma", "lasègue", "mobilidade", "sk-segredo", "98765"):
        assert secret not in said


def test_old_session_without_a_date_counts_by_when_it_was_written(clinic: Consulting) -> None:
    written = datetime(2026, 2, 28, 12, tzinfo=UTC)
    clinic.hold_sessions(
        session("s2", None, patient_id="zuleika", plan="Alta.") | {"created_at": written}
    )
    clinic.ask()
    assert "Sessão 1 (há 2 dias)\nPlano: Alta." in clinic.shown()


def test_journal_of_an_independent_server_has_no_canary(
    clinic: Consulting, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What left the process, as a program that others wrote saw it."""
    fixture = {"match": {"userMessage": "Sessão"}, "response": {"content": json.dumps(INSIGHT)}}
    folder = tmp_path_factory.mktemp("aimock")
    with aimock.running(aimock.program(), folder, [fixture], "--strict") as server:
        done = clinic.ask(env={"OPENAI_BASE_URL": server.base_url})
        [entry] = server.journal()
    assert done.result["status"] == "stored"
    seen = json.dumps(entry, ensure_ascii=False).lower()
    assert "lasègue" in seen
    assert [canary for canary in CANARIES if canary in seen] == []
