"""Ids from the seed of a request: ULIDs, the same whenever the request is sent."""

import pytest

from fisioflow_cli.listener.seed import seeded_ids

SEED = "1469918176385,AAECAwQF/////w=="
"""The instant of the ULID specification's own example; entropy 00 01 02 03 04 05 ff ff ff ff."""


def test_an_id_begins_with_the_instant_as_the_ulid_specification_writes_it() -> None:
    (found,) = seeded_ids(SEED, 1)
    assert found is not None
    assert (found[:10], len(found)) == ("01ARYZ6S41", 26)


def test_the_place_is_added_to_the_last_four_bytes_and_wraps_around_within_them() -> None:
    first, second, third = seeded_ids(SEED, 3)
    assert (first, second, third) == (
        "01ARYZ6S41000G40R40M000000",
        "01ARYZ6S41000G40R40M000001",
        "01ARYZ6S41000G40R40M000002",
    )


def test_the_same_seed_gives_the_same_ids_and_another_one_others() -> None:
    other = "1469918176385,AAECAwQG/////w=="
    assert seeded_ids(SEED, 50) == seeded_ids(SEED, 50)
    assert not set(seeded_ids(SEED, 50)) & set(seeded_ids(other, 50))


def test_five_thousand_events_of_one_request_have_five_thousand_ids_in_their_order() -> None:
    found = [each or "" for each in seeded_ids("1743130137367,eii2YKXRVTJPuA==", 5000)]
    assert len(set(found)) == 5000
    assert found == sorted(found)


@pytest.mark.parametrize(
    "seed",
    [
        None,
        "",
        "1743130137367",
        "1743130137367,",
        ",eii2YKXRVTJPuA==",
        "-1,eii2YKXRVTJPuA==",
        "0,eii2YKXRVTJPuA==",
        "9" * 15 + ",eii2YKXRVTJPuA==",
        "١٢٣,eii2YKXRVTJPuA==",
        "1743130137367,eii2YKXRVTJP",
        "1743130137367,eii2YKXRVTJPuLg=",
        "1743130137367,eii2YKXRVTJPuA==,x",
        "1743130137367, eii2YKXRVTJPuA==",
        "1743130137367,eii2YKXRVTJP-_==",
        "1743130137367,eii2YKXRVTJPuA==\n",
    ],
)
def test_a_seed_that_is_none_gives_no_ids(seed: str | None) -> None:
    assert seeded_ids(seed, 2) == [None, None]
