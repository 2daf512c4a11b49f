"""docs/events.md: every event of the catalogue, its workflow, its fields and an example."""

import json
from collections.abc import Iterator, Sequence
from inspect import cleandoc

from pydantic.fields import FieldInfo

from fisioflow_cli.catalogue.catalogue import BY_NAME, ENTRIES, Entry
from fisioflow_cli.catalogue.cloud_event import REQUIRED
from fisioflow_cli.catalogue.database_webhook import CANCELLED
from fisioflow_cli.catalogue.event import LONGEST_ID, LONGEST_NAME
from fisioflow_cli.catalogue.payload import Payload, inner, key, words
from fisioflow_cli.catalogue.payloads import Batch

INTRO = """
    # Events

    {generated}

    An event is one JSON object, on one line in a queue file or on stdin:

    ```json
    {line}
    ```

    | key | | meaning |
    |---|---|---|
    | `name` | required | which event it is, at most {name} characters |
    | `data` | | what it is about, an object: its fields stand below |
    | `id` | | at most {id} printable characters; an event runs once for its id, for ever |
    | `ts` | | not before this time, in milliseconds since 1970, UTC; 0 or none: at once |
    | `user`, `v` | | kept as they are, as the Inngest SDKs send them |
    | `ack` | | any JSON: `dispatch --json` repeats it when the event is finished |

    Without an id a line of a file is known by its place and content; any other event gets a new one.

    Keys of `data` are camelCase; those that are not listed here are kept and do no harm, and `null` and
    `""` count as not given. Any event may have `priority` in its data, `critical`, `high`, `normal` or
    `low`: what waits is done in this order. An event of another name is kept as `ignored`.

    An object with `specversion` is a CloudEvent 1.0: {required} are required, `type` is the
    name, `source` and `id` together are the id, `data` must be JSON, and `time` postpones nothing.

    An object with `type`, `table` and `record` is a Supabase database webhook: an INSERT into
    `appointments` is `appointment/created`, an UPDATE of its `status` to {cancelled}
    is `appointment/cancelled`. Anything else is `supabase/<table>.<insert, update or delete>`,
    kept as `ignored` without the row. A repeated delivery is the same event.
"""
SENDING = """
    Events come from a queue file or stdin (`fisioflow dispatch`), over HTTP as the Inngest SDKs send them
    (`fisioflow listen`), from the shell and from Python. All of them check the event before it is accepted.

    ```sh
    fisioflow emit email/send to=ana@example.com subject=Oi text='Oi, Ana!' --id welcome-42
    fisioflow emit appointment/reminder --ts 2026-12-01T09:00-03:00 --to queue.jsonl
    ```

    ```python
    from fisioflow_cli.events import Events, send, send_bulk_emails, send_email

    send_email(to="ana@example.com", subject="Oi", text="Oi, Ana!", id="welcome-42")
    send_bulk_emails([{"to": "bia@example.com", "subject": "Oi", "html": "<p>Oi!</p>"}])
    send(Events.APPOINTMENT_CREATED, {"appointmentId": "7d1f6a7e"})
    ```

    Python's functions take the fields below in snake_case, `from` as `sender`. They return the event's id
    once it is in the inbox, and raise BadEvent if it does not fit.
"""
OVERVIEW = "| event | workflow | |\n|---|---|---|"
HEAD = "| field | | must be | meaning |\n|---|---|---|---|"


def events(generated: str) -> str:
    """The whole page; `generated` says where it comes from."""
    shown = BY_NAME["email/send"]
    intro = cleandoc(INTRO).format(
        generated=generated,
        line=json.dumps({"id": "welcome-42", "name": shown.name, "data": shown.example}),
        name=LONGEST_NAME,
        id=LONGEST_ID,
        required=_said(REQUIRED, "and"),
        cancelled=_said(sorted(CANCELLED), "or"),
    )
    rows = [
        f"| [`{each.name}`](#{_anchor(each)}) | `{each.workflow}` | {each.summary} |"
        for each in ENTRIES
    ]
    overview = "\n".join((OVERVIEW, *rows))
    return "\n\n".join((intro, cleandoc(SENDING), overview, *map(_section, ENTRIES))) + "\n"


def _said(names: Sequence[str], last: str) -> str:
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def _anchor(entry: Entry) -> str:
    """What GitHub makes of the heading."""
    return entry.name.replace("/", "").replace(".", "")


def _section(entry: Entry) -> str:
    example = json.dumps(entry.example, indent=2, ensure_ascii=False)
    parts = [f"## {entry.name}", f"{entry.summary} Workflow `{entry.workflow}`.", _table(entry)]
    needs, note = entry.payload.needs, entry.payload.note
    parts += [f"It must be {needs}."] if needs else []
    parts += [note] if note else []
    return "\n\n".join((*parts, f"```json\n{example}\n```"))


def _table(entry: Entry) -> str:
    return "\n".join((HEAD, *_rows(entry.payload, "")))


def _rows(payload: type[Payload], prefix: str) -> Iterator[str]:
    """One line per field, those of what it brings along below it; the required ones first."""
    fields = sorted(payload.model_fields.values(), key=lambda field: not field.is_required())
    for field in fields:
        name = prefix + key(field)
        yield f"| `{name}` | {_need(field)} | {words(field)} | {field.description} |"
        inside = inner(field)
        if inside is not None and not issubclass(payload, Batch):
            yield from _rows(inside, f"{name}[].")


def _need(field: FieldInfo) -> str:
    return "required" if field.is_required() else ""
