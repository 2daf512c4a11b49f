"""Where messages go that must not leave: files one can open and look at."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from fisioflow_cli.clock import Clock
from fisioflow_cli.console import mask
from fisioflow_cli.gateways import outbox_page, push_web
from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Gateway,
    Outcome,
    Payload,
    StopRun,
)

UNWRITABLE = "The outbox cannot be written to; check FISIOFLOW_OUTBOX, or set it to none."


class Outbox:
    """Stands in for the gateway `composer`, whose requests it shows instead of making them.

    `folder` None: messages are recorded without files. `timezone` is that of the index page. Files
    hold personal data: they, and a folder made here, are open to their owner only.
    """

    name = "outbox"
    idempotent = True
    leaves = False

    def __init__(
        self, folder: Path | None, composer: Gateway, clock: Clock, *, timezone: tzinfo = UTC
    ) -> None:
        self._folder = folder
        self._composer = composer
        self._clock = clock
        self._timezone = timezone
        self._is_index_stale = False

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        """The composer's request body, and beside it what a person wants to see of the message."""
        return {
            "channel_payload": self._composer.compose(to, content, reference=reference),
            # a browser's address is a secret that tells nobody anything
            "to": mask(to) if self._composer.name == push_web.NAME else to,
            "preview": {
                "subject": content.subject,
                "html": content.html,
                "text": content.text,
                "short": content.short,
                "template": content.template,
                "others": list(content.further_recipients),
                "files": _files(content),
            },
        }

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        """Write the message and its description; the same key overwrites the same files.

        The provider id is the message's file name.
        """
        if self._folder is None:
            return Accepted()
        stem = hashlib.sha256(provider_key.encode()).hexdigest()[:24]
        try:
            name = self._store(self._folder, stem, payload["to"], payload["preview"])
        except OSError:
            return StopRun(code="outbox_unwritable", remedy=UNWRITABLE)
        self._is_index_stale = True
        return Accepted(provider_id=name)

    def close(self) -> None:
        """Renew the folder's `index.html` if this process added a message."""
        self._composer.close()
        if self._folder is not None and self._is_index_stale:
            with suppress(OSError):  # the messages themselves are there; a later close lists them
                page = outbox_page.render(outbox_page.read(self._folder), self._timezone)
                _write(self._folder / "index.html", page)
            self._is_index_stale = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}(composer={self._composer!r})"

    def _store(self, folder: Path, stem: str, to: str, preview: Mapping[str, Any]) -> str:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        letter = outbox_page.Letter(
            stem=stem,
            provider=self._composer.name,
            to=to,
            subject=preview["subject"],
            short=preview["short"],
            template=preview.get("template"),
            at=self._clock.now(),
            others=tuple(preview.get("others", ())),
            files=tuple(preview.get("files", ())),
        )
        page = preview["html"] or outbox_page.plain(preview["text"])
        _write(folder / letter.file, page if letter.is_email else letter.short)
        # The description comes last: the page lists no message that is not there.
        _write(folder / f"{stem}.json", json.dumps(letter.as_json(), ensure_ascii=False, indent=1))
        return letter.file


def _files(content: Content) -> list[str]:
    """The names, or else the addresses, of the files that a message brings along."""
    attached = content.mail.attachments if content.mail else ()
    named = [str(file.get("filename") or file.get("path")) for file in attached]
    media = content.media
    return [*named, media.filename or media.url] if media else named


def _write(path: Path, text: str) -> None:
    """Replace `path` as a whole: nobody ever reads half a file. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
