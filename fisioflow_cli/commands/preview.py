"""`fisioflow preview`."""

import json
from datetime import date
from typing import Annotated

import typer

from fisioflow_cli.commands.options import JsonOption


def parse_day(text: str) -> date:
    """The day of `2026-03-02`; BadParameter otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a date such as 2026-03-02") from None


DayOption = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=parse_day,
        help="The day to preview; default: today, or the demo clinic's own Monday.",
    ),
]
FreshOption = Annotated[
    bool,
    typer.Option("--fresh", help="Forget first what this preview has in the ledger from before."),
]
MarkdownOption = Annotated[
    bool, typer.Option("--markdown", help="Print it as Markdown, for a job's summary or a comment.")
]


def command(
    *,
    as_of: DayOption = None,
    fresh: FreshOption = False,
    markdown: MarkdownOption = False,
    as_json: JsonOption = False,
) -> None:
    """Start every scheduled workflow as a preview; say what would have been sent.

    Nothing leaves. In an environment preview:<branch> only, which GitHub's and Vercel's variables
    name too. Without DATABASE_URL it is the demo clinic's Monday, 2 March 2026. Figures only, no
    people.

    Example: FISIOFLOW_ENV=preview:agenda fisioflow preview --fresh
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.commands import show_preview  # noqa: PLC0415
    from fisioflow_cli.commands.execute import progress  # noqa: PLC0415
    from fisioflow_cli.context.preview import Preview  # noqa: PLC0415

    with progress() as watch:
        preview = Preview.of(settings.from_process(), day=as_of, watch=watch)
        preview.prepare(fresh=fresh)
        done = preview.run_all()
    if as_json:
        typer.echo(json.dumps(show_preview.document(preview, done)))
    elif markdown:
        typer.echo(show_preview.markdown(preview, done))
    else:
        show_preview.show(preview, done)
    reports = [each.report for each in done]
    raise typer.Exit(reports[-1].after(reports[:-1]).final_code)
