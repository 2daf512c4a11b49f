"""Who may look: one token, the sessions it opens, and what their forms carry."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

SESSION_LASTS = timedelta(hours=12)
SHORTEST_TOKEN = 16


def new_token() -> str:
    """A token that nobody guesses: 256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that has shown the token."""

    id: str


@dataclass(frozen=True)
class Keyring:
    """The token and what is derived from it; nothing is stored, a restart forgets nobody."""

    token: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def cookie(self) -> str:
        """The name of the session's cookie: browsers do not tell the ports of one host apart."""
        return f"fisioflow-{self._sign('name', '')[:10]}"

    def admits(self, offered: str) -> bool:
        """Whether this is the token, in a time that tells nothing about it."""
        return hmac.compare_digest(_digest(offered), _digest(self.token))

    def open(self, now: datetime) -> str:
        """The value of a new session's cookie, good for twelve hours."""
        session = f"{secrets.token_urlsafe(18)}.{int((now + SESSION_LASTS).timestamp())}"
        return f"{session}.{self._sign('session', session)}"

    def session(self, cookie: str, now: datetime) -> Session | None:
        """The session that `cookie` stands for; None if it is none of ours, or over."""
        session, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(_digest(signature), _digest(self._sign("session", session))):
            return None
        return Session(id=session) if now.timestamp() < int(session.rpartition(".")[2]) else None

    def form_token(self, session: Session) -> str:
        """What every form of this session carries, and no other page can know."""
        return self._sign("form", session.id)

    def is_form_token(self, session: Session, offered: str) -> bool:
        """Whether a form was ours, and this session's."""
        return hmac.compare_digest(_digest(offered), _digest(self.form_token(session)))

    def _sign(self, purpose: str, text: str) -> str:
        key = sha256(self.token.encode()).digest()
        return hmac.new(key, f"{purpose}:{text}".encode(errors="replace"), sha256).hexdigest()


def _digest(text: str) -> bytes:
    # of equal length whatever the text's: a comparison tells the length of what it compares
    return sha256(text.encode(errors="surrogatepass")).digest()
