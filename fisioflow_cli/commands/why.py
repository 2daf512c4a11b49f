"""`fisioflow why`."""

import json
from typing import Annotated

import typer

from fisioflow_cli.commands.list_options import AfterOption, LimitOption
from fisioflow_cli.commands.options import JsonOption

WhomArgument = Annotated[
    str,
    typer.Argument(
        metavar="KEY|PATIENT", help="A message's key (it has a slash in it), or a patient's id."
    ),
]


def command(
    whom: WhomArgument,
    *,
    after: AfterOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Say why somebody was written to, or not: run, rule, consent, time, template, provider id.

    Of a patient: what has become of every message to them, and what each workflow would do now, decided
    by the same rules. Ids only: an address does not belong into a shell's history.

    Example: fisioflow why birthday/ana/2026
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.commands import show_why  # noqa: PLC0415
    from fisioflow_cli.context.context import Context  # noqa: PLC0415
    from fisioflow_cli.context.why import open_explainer  # noqa: PLC0415

    with open_explainer(Context(settings=settings.from_process())) as explainer:
        story: show_why.Story
        story = (
            explainer.message(whom)
            if "/" in whom
            else explainer.patient(whom, after=after, most=limit)
        )
    if as_json:
        typer.echo(json.dumps(show_why.document(story)))
    else:
        show_why.show(story)
