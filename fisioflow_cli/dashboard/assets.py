"""The style sheet and the script: two files of this package, served under names that change with them."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file as browsers get it."""

    path: str
    """Where it is; another one as soon as the content is another."""
    kind: str
    content: bytes


KINDS = {"style.css": "text/css", "live.js": "text/javascript"}


@cache
def asset(name: str) -> Asset:
    """The file of this name; KeyError if it is none of KINDS."""
    kind = KINDS[name]
    content = files("fisioflow_cli.dashboard").joinpath("static", name).read_bytes()
    stem, _, suffix = name.partition(".")
    path = f"/static/{stem}.{sha256(content).hexdigest()[:12]}.{suffix}"
    return Asset(path=path, kind=f"{kind}; charset=utf-8", content=content)
