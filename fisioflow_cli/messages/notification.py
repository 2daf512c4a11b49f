"""An application's own words, in the clinic's dress."""

import re
from dataclasses import replace

from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, one_line, several_lines

PARAGRAPH = re.compile(r"\n\s*\n")


def notification(*, subject: str, body: str, clinic: str) -> Rendered:
    """A notification whose text is the application's: plain text, read as markup nowhere.

    A blank line begins a paragraph. `short` is the text alone, as WhatsApp and push show it.
    """
    house, said = clinic_name(clinic), several_lines(body)
    title = one_line(subject, otherwise=f"Aviso – {house}", limit=150)
    message = render(
        "notification",
        subject=title,
        preheader=one_line(said, limit=100),
        clinic=house,
        paragraphs=[paragraph.split("\n") for paragraph in PARAGRAPH.split(said)],
    )
    return replace(message, short=said)
