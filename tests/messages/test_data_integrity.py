"""The report on inconsistent data."""

import pytest

from fisioflow_cli.messages.data_integrity import ADVICE, Finding, data_integrity
from fisioflow_cli.messages.rendered import Rendered
from tests.messages.conftest import Compare
from tests.messages.samples import CLINIC, FINDINGS


def report(*findings: Finding) -> Rendered:
    return data_integrity(recipient="Paula Ferreira", clinic=CLINIC, findings=findings)


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("data_integrity", report(*FINDINGS))


@pytest.mark.parametrize("check", ADVICE)
def test_every_check_has_a_title_and_one_sentence_of_advice(check: str) -> None:
    title, advice = ADVICE[check]
    message = report(Finding(check=check, count=2, sample=("17",)))
    assert f"{title}: 2" in message.text
    assert title in message.html
    assert advice in message.html
    assert advice.endswith(".")
    assert advice.count(".") == 1


def test_ids_are_shown_and_the_rest_is_counted() -> None:
    found = Finding(check="unusable_phones", count=1500, sample=tuple(map(str, range(100, 140))))
    text = report(found).text
    assert "Telefones que não podem ser usados: 1.500" in text
    assert "Registros: 100, 101, 102, 103, 104, 105, 106, 107, 108, 109 e mais 1.490" in text


def test_one_record_is_singular() -> None:
    one = Finding(check="unusable_emails", count=1, sample=("5",))
    assert "1 registro para conferir" in report(one).text


@pytest.mark.parametrize(
    "findings", [(), (Finding(check="unusable_phones", count=0, sample=()),)], ids=["none", "zero"]
)
def test_nothing_found_is_said_too(findings: tuple[Finding, ...]) -> None:
    message = report(*findings)
    assert message.subject == "Dados em ordem – Clínica Movimento"
    assert "não encontrou nenhuma inconsistência" in " ".join(message.text.split())
    assert "Telefones" not in message.html


def test_a_check_nobody_described_is_an_error() -> None:
    with pytest.raises(KeyError, match="unheard_of"):
        report(Finding(check="unheard_of", count=1, sample=()))
