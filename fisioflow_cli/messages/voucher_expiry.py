"""The reminder that a voucher is about to expire."""

from datetime import date

from fisioflow_cli.messages.formats import counted, full_date, numeric_date
from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, one_line, person


def voucher_expiry(  # all keyword-only: the facts of one mail
    *, name: str, clinic: str, voucher: str, expires_on: date, days_left: int, sessions_left: int
) -> Rendered:
    """A reminder to a patient; what the voucher is for stands in the body only (LGPD).

    `days_left` counts from the day on which the message is read: 0 is "hoje". Raises ValueError
    if the voucher has expired already: nobody should be asked to use it then.
    WhatsApp parameters: name, voucher, dd/mm/aaaa, sessions left, clinic.
    """
    if days_left < 0:
        raise ValueError("the voucher has expired already")
    who, house = person(name, otherwise="paciente"), clinic_name(clinic)
    title = one_line(voucher, otherwise="Voucher")
    return render(
        "voucher_expiry",
        subject=f"{who}, seu voucher vence {_when(days_left)}",
        preheader="Um lembrete para você não perder o prazo.",
        parameters=(who, title, numeric_date(expires_on), str(sessions_left), house),
        name=who,
        clinic=house,
        voucher=title,
        when=_when(days_left),
        expires_on=full_date(expires_on),
        sessions=counted(sessions_left, "sessão", "sessões") if sessions_left > 0 else "",
    )


def _when(days_left: int) -> str:
    return {0: "hoje", 1: "amanhã"}.get(days_left, f"em {days_left} dias")
