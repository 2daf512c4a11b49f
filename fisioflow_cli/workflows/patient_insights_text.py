"""The texts around an insight: what the model is shown, and how its answer reads in the clinic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.workflows.deidentify_dates import ago

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fisioflow_cli.clinic.records import Session
    from fisioflow_cli.workflows.deidentify import Secrets

MOST_TYPED = 20_000
"""Characters of a note that are looked at."""
CUT_AT_END = 200
"""What a cut may have left of an identifier goes too."""
MOST_SHOWN = 4_000
"""Characters of a note that the model sees."""
NOTES = {
    "subjective": "Subjetivo",
    "objective": "Objetivo",
    "assessment": "Avaliação",
    "plan": "Plano",
}
LISTS = {
    "trends": "Tendências",
    "recommendations": "Recomendações",
    "risk_factors": "Fatores de risco",
}


@dataclass(frozen=True, kw_only=True)
class Brief:
    """A patient's sessions as a stranger may read them, newest first."""

    sessions: "Sequence[Session]"
    secrets: "Secrets"
    zone: "ZoneInfo"

    def text(self, *, alias: str, today: date) -> str:
        """The de-identified text; the same alias and day give the same text."""
        head = f"{alias}, {self.secrets.age(today)}. Sessões, da mais recente para a mais antiga."
        parts = [
            self._session(number, session, alias, today)
            for number, session in enumerate(self.sessions, start=1)
        ]
        return "\n\n".join([head, *parts])

    def canonical(self) -> str:
        """The text without what changes by itself: told against the day of the newest session."""
        newest = self.sessions[0].held_at.astimezone(self.zone).date()
        return self.text(alias="Paciente", today=newest)

    def _session(self, number: int, session: "Session", alias: str, today: date) -> str:
        days = today - session.held_at.astimezone(self.zone).date()
        lines = [f"Sessão {number} ({ago(days // timedelta(days=1))})"]
        if session.pain is not None:
            lines.append(f"Dor, de 0 a 10: {session.pain}")
        for note, title in NOTES.items():
            typed = getattr(session, note)
            if len(typed) > MOST_TYPED:
                typed = typed[: MOST_TYPED - CUT_AT_END].rsplit(maxsplit=1)[0]
            if shown := self.secrets.scrub(typed, alias=alias, anchor=today)[:MOST_SHOWN].strip():
                lines.append(f"{title}: {shown}")
        return "\n".join(lines)


def prose(insight: Mapping[str, Any]) -> str:
    """The insight as one text, for a professional to read."""
    parts = ["Sugestão de inteligência artificial, a ser conferida por um profissional."]
    parts.append(insight["summary"])
    for key, title in LISTS.items():
        if insight[key]:
            parts.append("\n".join([f"{title}:", *(f"- {item}" for item in insight[key])]))
    if insight["adherence"] is not None:
        parts.append(f"Adesão ao tratamento, segundo os registros: {insight['adherence']} de 100.")
    return "\n\n".join(parts)


def without_alias(insight: Mapping[str, Any], alias: str) -> dict[str, Any]:
    """The insight with the plain word `Paciente` where it repeats the alias."""

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(alias, "Paciente")
        return [plain(item) for item in value] if isinstance(value, list) else value

    return {key: plain(value) for key, value in insight.items()}
