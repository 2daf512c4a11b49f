"""Where we run, if FISIOFLOW_ENV does not say: what GitHub Actions and Vercel tell, never production."""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

HEAD_REF = "GITHUB_HEAD_REF"
"""Set on pull requests only (docs.github.com, "Variables reference")."""
VERCEL, VERCEL_BRANCH = "VERCEL_ENV", "VERCEL_GIT_COMMIT_REF"
FOREIGN = re.compile(r"[^\w./-]+")
NAME_LENGTH, DIGEST_LENGTH = 100, 12
# git allows no branch to hold two dots in a row or to begin with one (git-check-ref-format)
CHANGED, NO_BRANCH = "..", ".no-branch"


@dataclass(frozen=True, kw_only=True)
class Surmise:
    """The environment that a platform's variables amount to."""

    environment: str
    because: str
    """Half a sentence: which variable says so."""
    is_production_denied: bool = False
    """Whether the platform means production, which only FISIOFLOW_ENV may say."""
    is_overruled: bool = False
    """Whether FISIOFLOW_ENV is set: then that counts."""

    def doubt(self, environment: str) -> str | None:
        """A sentence if the platform and `environment`, which counts, differ about production."""
        if self.is_overruled:
            is_preview = self.environment.startswith("preview:")
            if environment != "production" or not is_preview:
                return None
            return f"{self.because}, but FISIOFLOW_ENV makes this production: messages leave."
        if not self.is_production_denied:
            return None
        return f"{self.because}; this is {environment}."


def surmise(environ: Mapping[str, str] = os.environ) -> Surmise | None:
    """What the platform's variables amount to; None if they say nothing."""
    found = _of_github(environ.get(HEAD_REF)) or _of_vercel(
        environ.get(VERCEL), environ.get(VERCEL_BRANCH) or NO_BRANCH
    )
    is_said = environ.get("FISIOFLOW_ENV") or environ.get("FISIOFLOW_ENV_FILE")
    return replace(found, is_overruled=True) if found and is_said else found


def preview_of(branch: str) -> str:
    """The environment of a branch's preview: as short and plain as a name may be, and its alone.

    What the name does not admit becomes a hyphen, and what is too long is cut off; a hash of the
    branch then keeps it apart from every other one.
    """
    plain = FOREIGN.sub("-", branch)
    if plain == branch and len(branch) <= NAME_LENGTH:
        return f"preview:{branch}"
    digest = hashlib.sha256(branch.encode(errors="surrogateescape")).hexdigest()[:DIGEST_LENGTH]
    room = NAME_LENGTH - len(CHANGED) - DIGEST_LENGTH
    return f"preview:{plain[:room]}{CHANGED}{digest}"


def _of_github(branch: str | None) -> Surmise | None:
    if not branch:
        return None
    because = f"{HEAD_REF} names the branch of a pull request"
    return Surmise(environment=preview_of(branch), because=because)


def _of_vercel(kind: str | None, branch: str) -> Surmise | None:
    if kind == "preview":
        return Surmise(environment=preview_of(branch), because=f"{VERCEL} says preview")
    if kind == "production":
        return Surmise(
            environment="development",
            because=f"{VERCEL} says production, but only FISIOFLOW_ENV=production makes it so",
            is_production_denied=True,
        )
    return None
