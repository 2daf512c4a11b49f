"""Many clients at a time: every event that was answered is there, once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.listener.served import KEY, Served, mail

CLIENTS = 16
REQUESTS = 12


def test_sixteen_clients_at_a_time_lose_nothing(served: Served) -> None:
    def send(client: int) -> list[str]:
        with httpx.Client(timeout=60) as http:
            found = []
            for number in range(REQUESTS):
                body: list[dict[str, Any]] = [mail(id=f"{client}/{number}"), mail()]
                response = http.post(f"{served.url}/e/{KEY}", json=body)
                assert response.status_code == 200, response.text
                found += response.json()["ids"]
            return found

    with ThreadPoolExecutor(CLIENTS) as pool:
        answered = [each for found in pool.map(send, range(CLIENTS)) for each in found]
    assert len(set(answered)) == CLIENTS * REQUESTS * 2
    assert served.ids() == set(answered)


def test_the_same_request_sixteen_times_at_once_is_accepted_once(served: Served) -> None:
    seed = "1743130137367,eii2YKXRVTJPuA=="

    def send(_: int) -> list[str]:
        response = served.post([mail()] * 20, x_inngest_event_id_seed=seed)
        return list(response.json()["ids"])

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(send, range(CLIENTS)))
    assert all(answer == answers[0] for answer in answers)
    assert served.ids() == set(answers[0])


def test_two_orders_of_the_same_ids_at_once_do_not_block_each_other(served: Served) -> None:
    events = [mail(id=f"{number:03}") for number in range(100)]

    def send(client: int) -> int:
        return served.post(events if client % 2 else events[::-1]).status_code

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert set(pool.map(send, range(CLIENTS))) == {200}
    assert len(served.ids()) == 100
