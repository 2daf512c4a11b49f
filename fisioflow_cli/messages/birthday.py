"""The birthday greeting."""

from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, person


def birthday(*, name: str, clinic: str) -> Rendered:
    """A greeting to a patient; it does not say "today", since it may leave a day late.

    Marketing in the sense of the LGPD: it says how to stop it, and its subject no more than the
    occasion. WhatsApp parameters: name, clinic.
    """
    who, house = person(name, otherwise="paciente"), clinic_name(clinic)
    return render(
        "birthday",
        subject=f"Feliz aniversário, {who}!",
        preheader="Preparamos uma mensagem especial para você.",
        parameters=(who, house),
        name=who,
        clinic=house,
    )
