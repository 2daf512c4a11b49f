"""What a job is told of a command that ended with an error."""

from fisioflow_cli.actions import files, lines
from fisioflow_cli.actions.files import cell
from fisioflow_cli.actions.lines import Annotation, Kind
from fisioflow_cli.actions.runner import find
from fisioflow_cli.errors import ExitCode


def tell(sentence: str, code: ExitCode) -> None:
    """One annotation, the same in the summary, and the exit code; nothing outside of GitHub Actions."""
    if (runner := find()) is None:
        return
    kind = Kind.WARNING if code is ExitCode.TRY_LATER else Kind.ERROR
    files.summarise(runner, f"\n### FisioFlow: {kind}\n\n{cell(sentence)}\n")
    files.set_outputs(runner, {"status": "failed", "exit_code": int(code)})
    lines.annotate([Annotation(kind=kind, title=f"exit code {code.value}", message=sentence)])
