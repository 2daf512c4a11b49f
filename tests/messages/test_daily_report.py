"""The daily report."""

from dataclasses import replace

from tests.messages.conftest import Compare
from tests.messages.samples import DAY, daily


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("daily_report", daily())


def test_subject_names_day_and_clinic() -> None:
    assert daily().subject == (
        "Relatório diário de segunda-feira, 23 de novembro de 2026 – Clínica Movimento"
    )


def test_figures_stand_beside_those_of_a_week_earlier() -> None:
    lines = daily().text.splitlines()
    assert "Sessões concluídas                  33  ▲ 3 a mais (antes: 30)" in lines
    assert "Novos pacientes                      4  = igual (antes: 4)" in lines
    assert "segunda-feira, 16 de novembro" in " ".join(lines)


def test_a_status_that_did_not_occur_counts_as_zero() -> None:
    assert "Remarcados                           1  ▲ 1 a mais (antes: 0)" in daily().text


def test_a_day_without_sessions_says_so() -> None:
    message = daily(figures=replace(DAY, by_therapist=(), completed_sessions=0))
    assert "Nenhuma sessão concluída neste dia." in message.text
    assert "Nenhuma sessão concluída neste dia." in message.html


def test_the_agenda_names_its_day_since_a_report_may_leave_late() -> None:
    assert "Agenda de terça-feira, 24 de novembro de 2026: 38 atendimentos" in daily().text


def test_it_is_a_mail_only() -> None:
    assert (daily().short, daily().parameters) == ("", ())
