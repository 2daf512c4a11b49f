"""The same gateway against a server that others wrote, if npm brings it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fisioflow_cli.gateways.gateway import StopRun
from fisioflow_cli.gateways.insight import Answer, CutOff, Invalid, Suggested, TryAgain, Usage
from fisioflow_cli.gateways.insights_openai import InsightModel
from tests.gateways import aimock
from tests.gateways.aimock import AiMock
from tests.gateways.openai_answers import INSIGHT

FREE = Usage(input_tokens=0, output_tokens=0)
FIXTURES = [
    {"match": {"userMessage": "uma"}, "response": {"content": json.dumps(INSIGHT)}},
    {
        "match": {"userMessage": "longa"},
        "response": {"content": '{"summary": "Pac', "finishReason": "length"},
    },
    {
        "match": {"userMessage": "demais"},
        "response": {"content": json.dumps({**INSIGHT, "adherence": 101})},
    },
    {
        "match": {"userMessage": "cota"},
        "response": {"error": {"message": "x", "code": "insufficient_quota"}, "status": 429},
    },
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AiMock]:
    folder = tmp_path_factory.mktemp("aimock")
    with aimock.running(aimock.program(), folder, FIXTURES, "--strict") as running:
        yield running


def ask(server: AiMock, text: str) -> Answer:
    return InsightModel("sk-segredo", server.base_url, "gpt-test").ask(text, timeout=10)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Sessão uma", Suggested(insight=INSIGHT, usage=FREE)),
        ("Sessão longa", CutOff(usage=FREE)),
        ("Sessão demais", Invalid(usage=FREE)),
        ("Sessão que ninguém espera", TryAgain(code="http_503 no_fixture_match")),
    ],
)
def test_answers(server: AiMock, text: str, answer: Answer) -> None:
    assert ask(server, text) == answer


def test_quota(server: AiMock) -> None:
    answer = ask(server, "Sessão da cota")
    assert isinstance(answer, StopRun)
    assert not answer.configuration


def test_its_journal_has_one_request_for_one_question(server: AiMock) -> None:
    before = len(server.journal())
    ask(server, "Sessão uma, canário")
    entries = server.journal()
    assert len(entries) == before + 1
    kept = json.dumps(entries, ensure_ascii=False)
    assert "canário" in kept
    assert "sk-segredo" not in kept


@pytest.mark.parametrize(
    ("chaos", "answer"),
    [
        ("drop", TryAgain(code="http_500 chaos_drop")),
        ("malformed", TryAgain(code="unreadable_answer")),
        ("disconnect", TryAgain(code="no_answer")),
        ("ratelimit", TryAgain(code="http_429 chaos_ratelimit", seconds=1)),
    ],
)
def test_its_chaos(tmp_path: Path, chaos: str, answer: Answer) -> None:
    program = aimock.program()
    with aimock.running(program, tmp_path, FIXTURES, f"--chaos-{chaos}", "1") as server:
        assert ask(server, "Sessão uma") == answer
