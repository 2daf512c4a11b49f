"""The figures in the mails that arrived, against SQL: every organization, every figure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.acceptance.mails import Report, read
from tests.acceptance.trial import REPORTS, Round, Trial

STATUSES = {
    "completed": "Realizados",
    "confirmed": "Confirmados",
    "scheduled": "Agendados, sem confirmação",
    "rescheduled": "Remarcados",
    "cancelled": "Cancelados",
    "no_show": "Faltas",
}
SESSIONS = {"daily-reports": "Sessões concluídas", "weekly-summary": "Sessões"}
PERIODS = {
    "daily-reports": ("yesterday", "week earlier"),
    "weekly-summary": ("last week", "week before"),
}
DAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One mail that arrived, and the organization whose figures it tells."""

    organization: str
    report: Report


def copies(round_: Round) -> Iterator[Copy]:
    """Each mail with its reader's organization."""
    homes = {
        row["email"].strip(): row["organization"]
        for row in round_.main
        if row["outcome"] == "email"
    }
    for mail in round_.mails:
        yield Copy(organization=homes[mail.to], report=read(mail.text))


def figures(round_: Round, organization: str, period: str) -> Counter[str]:
    """SQL's figures of one organization and period; what has no row is zero."""
    return Counter(
        {
            row["figure"]: row["amount"]
            for row in round_.truth["figures"]
            if (row["organization"], row["period"]) == (organization, period)
        }
    )


def sides(copy: Copy, workflow: str) -> Iterator[tuple[dict[str, Decimal], str]]:
    """The mail's figures of each of the two periods it tells of."""
    return iter(zip((copy.report.now, copy.report.before), PERIODS[workflow], strict=True))


@pytest.mark.parametrize("workflow", REPORTS)
def test_sessions_and_new_patients(trial: Trial, workflow: str) -> None:
    round_ = trial.first[workflow]
    for copy in copies(round_):
        for told, period in sides(copy, workflow):
            true = figures(round_, copy.organization, period)
            assert told[SESSIONS[workflow]] == true["sessions"]
            assert told["Novos pacientes"] == true["new patients"]


def test_appointments_by_status(trial: Trial) -> None:
    round_ = trial.first["daily-reports"]
    for copy in copies(round_):
        for told, period in sides(copy, "daily-reports"):
            true = figures(round_, copy.organization, period)
            expected = {label: true[f"appointments {name}"] for name, label in STATUSES.items()}
            assert {label: told[label] for label in STATUSES.values()} == expected


def test_the_agenda_of_the_day(trial: Trial) -> None:
    round_ = trial.first["daily-reports"]
    true = {row["organization"]: row["amount"] for row in round_.truth["agenda"]}
    for copy in copies(round_):
        assert copy.report.agenda == true.get(copy.organization, 0)


def test_rates_of_cancellations_and_no_shows(trial: Trial) -> None:
    round_ = trial.first["weekly-summary"]
    for copy in copies(round_):
        for told, period in sides(copy, "weekly-summary"):
            true = figures(round_, copy.organization, period)
            total = sum(n for name, n in true.items() if name.startswith("appointments")) or 1
            for label, status in (
                ("Taxa de cancelamento", "cancelled"),
                ("Taxa de faltas", "no_show"),
            ):
                share = Decimal(100 * true[f"appointments {status}"]) / total
                assert abs(told[label] - share) <= Decimal("0.05")


def test_revenue(trial: Trial) -> None:
    round_ = trial.first["weekly-summary"]
    for copy in copies(round_):
        for told, period in sides(copy, "weekly-summary"):
            true = figures(round_, copy.organization, period)
            assert told["Receita recebida"] == true["revenue"]


@pytest.mark.parametrize("workflow", REPORTS)
def test_sessions_per_therapist(trial: Trial, workflow: str) -> None:
    round_ = trial.first[workflow]
    for copy in copies(round_):
        expected: Counter[str] = Counter()
        for row in round_.truth["therapists"]:
            if (row["organization"], row["period"]) == (copy.organization, PERIODS[workflow][0]):
                expected[row["name"]] += row["amount"]
        [bars] = [bars for title, bars in copy.report.bars.items() if "por terapeuta" in title]
        assert bars == expected


def test_sessions_per_day_of_the_week(trial: Trial) -> None:
    round_ = trial.first["weekly-summary"]
    for copy in copies(round_):
        expected = dict.fromkeys(DAYS, 0) | {
            DAYS[row["weekday"] - 1]: row["amount"]
            for row in round_.truth["weekdays"]
            if row["organization"] == copy.organization
        }
        assert copy.report.bars["Sessões por dia"] == expected


@pytest.mark.parametrize("workflow", REPORTS)
def test_the_mails_of_at_least_three_organizations_were_read(trial: Trial, workflow: str) -> None:
    told = [copy for copy in copies(trial.first[workflow]) if sum(copy.report.now.values())]
    assert len({copy.organization for copy in told}) >= 3
