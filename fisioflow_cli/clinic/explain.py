"""EXPLAIN in front of any statement: the database checks names, types and rights, and does nothing."""

from typing import Any

from sqlalchemy import ClauseElement, Executable
from sqlalchemy.ext.compiler import compiles


class Explain(Executable, ClauseElement):
    """The plan of `statement`, in the form of the dialect, with its parameters bound as ever."""

    inherit_cache = False

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN {compiler.process(element.statement, **options)}"
