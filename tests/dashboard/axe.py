"""axe-core of the npm registry: what finds pages that some people cannot use."""

from tests.npm import installed

VERSION = "4.10.3"


def script() -> str:
    """Its source."""
    return (installed("axe-core", VERSION) / "axe.min.js").read_text(encoding="utf-8")
