"""The report on inconsistent data to a clinic's administration."""

from collections.abc import Sequence
from dataclasses import dataclass

from fisioflow_cli.messages.formats import counted, number
from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, one_line, person

MOST_IDS = 10
ID_LENGTH = 80  # two UUIDs and a separator: a pair of overlapping appointments

# check → title, and what to do about it
ADVICE = {
    "appointments_without_patient": (
        "Agendamentos sem paciente",
        "Vincule cada agendamento ao paciente correto ou cancele-o.",
    ),
    "sessions_without_appointment": (
        "Sessões sem agendamento",
        "Confira a agenda e vincule cada sessão ao agendamento em que ela aconteceu.",
    ),
    "payments_without_appointment": (
        "Pagamentos sem agendamento",
        "Identifique a que atendimento o pagamento se refere e corrija o vínculo.",
    ),
    "patients_without_organization": (
        "Pacientes sem clínica",
        "Atribua cada cadastro à clínica responsável; sem ela, o paciente não recebe avisos.",
    ),
    "vouchers_without_patient": (
        "Vouchers sem paciente",
        "Atribua o voucher a quem o comprou ou desative-o.",
    ),
    "overlapping_appointments": (
        "Agendamentos no mesmo horário",
        "Remarque um dos atendimentos ou registre-os como atendimento em grupo.",
    ),
    "impossible_birth_dates": (
        "Datas de nascimento impossíveis",
        "Confirme a data com o paciente e corrija o cadastro.",
    ),
    "unusable_phones": (
        "Telefones que não podem ser usados",
        "Corrija o número, com DDD; sem ele, não há mensagens por WhatsApp.",
    ),
    "unusable_emails": (
        "E-mails que não podem ser usados",
        "Corrija o endereço; sem ele, não há mensagens por e-mail.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found: how many records, and the ids of some of them (never names)."""

    check: str
    count: int
    sample: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A finding in words; `more` counts the records whose ids are not shown, empty if all are."""

    title: str
    advice: str
    count: str
    ids: tuple[str, ...]
    more: str


def data_integrity(*, recipient: str, clinic: str, findings: Sequence[Finding]) -> Rendered:
    """The checks that found something, with advice; a finding of zero counts as fine.

    Raises KeyError for a check that has no entry in ADVICE.
    """
    house = clinic_name(clinic)
    found = [finding for finding in findings if finding.count > 0]
    total = counted(sum(one.count for one in found), "registro", "registros")
    return render(
        "data_integrity",
        subject=f"{'Dados a corrigir' if found else 'Dados em ordem'} – {house}",
        preheader=f"{total} para conferir." if found else "Nenhuma inconsistência encontrada.",
        recipient=person(recipient, otherwise="equipe"),
        clinic=house,
        problems=[_problem(finding) for finding in found],
        total=total,
    )


def _problem(finding: Finding) -> Problem:
    title, advice = ADVICE[finding.check]
    ids = tuple(one_line(one, limit=ID_LENGTH) for one in finding.sample[:MOST_IDS])
    hidden = finding.count - len(ids)
    return Problem(
        title=title,
        advice=advice,
        count=number(finding.count),
        ids=ids,
        more=number(hidden) if hidden > 0 else "",
    )
