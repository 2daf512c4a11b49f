"""A message as it is ready to be sent, and the one place where templates become one."""

import re
from dataclasses import dataclass
from functools import cache
from textwrap import fill

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from fisioflow_cli.messages.typed import one_line, unmarked

SUBJECT_LENGTH = 150
TEXT_WIDTH = 74  # a plain-text mail is quoted with "> " and still fits 78 columns (RFC 5322 §2.1.1)


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """Subject and bodies of one message.

    `short` is the WhatsApp text, empty if the message is only ever a mail; `parameters` are the
    body parameters of its approved WhatsApp template, in order.
    """

    subject: str
    html: str
    text: str
    short: str = ""
    parameters: tuple[str, ...] = ()


def render(
    message: str, *, subject: str, parameters: tuple[str, ...] = (), **facts: object
) -> Rendered:
    """The message of the templates `<message>.html.j2` and `<message>.txt.j2`.

    With parameters it is for WhatsApp too and needs `<message>.whatsapp.j2`. Raises jinja2's
    UndefinedError if a template asks for a fact that is missing.
    """
    subject = one_line(subject, limit=SUBJECT_LENGTH)
    facts |= {"subject": subject}
    return Rendered(
        subject=subject,
        html=_fill(f"{message}.html.j2", facts),
        text=_wrap(_fill(f"{message}.txt.j2", facts)),
        short=_fill(f"{message}.whatsapp.j2", _without_marks(facts)) if parameters else "",
        parameters=tuple(unmarked(parameter) for parameter in parameters),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("fisioflow_cli.messages"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _fill(template: str, facts: dict[str, object]) -> str:
    return _environment().get_template(template).render(facts).strip()


def _wrap(text: str) -> str:
    # a line with columns stays as it is; optional paragraphs leave no gap behind
    lines = [line.rstrip() if "  " in line else _fold(line) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _fold(line: str) -> str:
    return fill(line, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)


def _without_marks(facts: dict[str, object]) -> dict[str, object]:
    return {key: unmarked(fact) if isinstance(fact, str) else fact for key, fact in facts.items()}
