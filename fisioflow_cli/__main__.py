"""The entry point: runs the command line and turns every error into a sentence and an exit code."""

import os
import sys

from fisioflow_cli.console import plain
from fisioflow_cli.errors import ExitCode, FisioFlowError


def main() -> None:
    """Run `fisioflow`; exits with a code of docs/cli.md, never with a traceback of ours."""
    from fisioflow_cli.cli import app  # noqa: PLC0415  # after the handler for a closed pipe is in place

    try:
        app()
    except FisioFlowError as error:
        _say(error.message)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _drop_output()
        sys.exit(ExitCode.DONE)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # its text may hold personal data
        if os.environ.get("FISIOFLOW_DEBUG"):
            raise
        _say(
            f"An unexpected {type(error).__name__}; please report it (FISIOFLOW_DEBUG=1 shows the traceback)."
        )
        sys.exit(ExitCode.FAILED)


def _say(sentence: str) -> None:
    sys.stderr.write(f"fisioflow: {plain(sentence)}\n")


def _drop_output() -> None:
    """The reader has gone (`| head`): let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
