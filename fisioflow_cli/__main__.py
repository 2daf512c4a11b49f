"""The entry point: runs the command line and turns every error into a sentence and an exit code."""

import sys

from fisioflow_cli.console import open_streams, plain
from fisioflow_cli.errors import ExitCode, FisioFlowError, unexpected


def main() -> None:
    """Run `fisioflow`; exits with a code of docs/cli.md, never with a traceback of ours."""
    open_streams()
    try:
        from fisioflow_cli.cli import app  # noqa: PLC0415  # an interrupt may come this early

        app()
    except FisioFlowError as error:
        _say(error.message, error.exit_code)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # its text may hold personal data
        _say(unexpected(error), ExitCode.FAILED)
        sys.exit(ExitCode.FAILED)


def _say(sentence: str, code: ExitCode) -> None:
    # only where something went wrong
    from fisioflow_cli import log  # noqa: PLC0415
    from fisioflow_cli.actions import of_error  # noqa: PLC0415

    of_error.tell(sentence, code)
    if log.is_on():
        log.tell("error", level=log.ERROR, message=sentence, exit_code=int(code))
        return
    sys.stderr.write(f"fisioflow: {plain(sentence)}\n")


if __name__ == "__main__":
    main()
