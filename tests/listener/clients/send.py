"""Sends with the real `inngest` package what stdin holds; prints what send() returned or raised."""

import asyncio
import json
import sys

import inngest


async def _later(client: inngest.Inngest, events: list[inngest.Event]) -> list[str]:
    return await client.send(events)


def _main(way: str) -> dict[str, object]:
    client = inngest.Inngest(app_id="fisioflow-app")
    events = [inngest.Event(**event) for event in json.load(sys.stdin)]
    try:
        ids = client.send_sync(events) if way == "sync" else asyncio.run(_later(client, events))
    except Exception as error:  # noqa: BLE001  # whatever it raises is what the test asks for
        return {"error": str(error)}
    return {"ids": ids}


print(json.dumps(_main(sys.argv[1])))
