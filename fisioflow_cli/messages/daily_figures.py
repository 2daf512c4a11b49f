"""A day in figures, as an application has counted it: the short form of the daily report."""

from collections.abc import Sequence
from datetime import date

from fisioflow_cli.messages.formats import full_date, numeric_date
from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, person


def daily_figures(
    *, recipient: str, clinic: str, day: date, figures: Sequence[tuple[str, str]]
) -> Rendered:
    """The figures of one day, each with its label, in the given order; no patient is named.

    WhatsApp parameters: recipient, dd/mm/aaaa, clinic.
    """
    house, reader = clinic_name(clinic), person(recipient, otherwise="equipe")
    return render(
        "daily_figures",
        subject=f"Relatório diário de {full_date(day)} – {house}",
        preheader=", ".join(f"{label}: {value}" for label, value in figures[:2]),
        parameters=(reader, numeric_date(day), house),
        recipient=reader,
        clinic=house,
        day=full_date(day),
        figures=figures,
    )
