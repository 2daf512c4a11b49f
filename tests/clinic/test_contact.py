"""Addresses as people type them: what of them can be used."""

import pytest

from fisioflow_cli.clinic.contact import usable_email, usable_phone


@pytest.mark.parametrize(
    ("typed", "usable"),
    [
        ("ana@example.com", "ana@example.com"),
        (" ana@example.com\n", "ana@example.com"),
        ("Ana.B+c@sub.example.com.br", "Ana.B+c@sub.example.com.br"),
        ("a!#$%&'*+/=?^_`{|}~-b@example.com", "a!#$%&'*+/=?^_`{|}~-b@example.com"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
        (f"a@{'b' * 63}.com", f"a@{'b' * 63}.com"),
        (None, None),
        ("", None),
        ("ana", None),
        ("ana@", None),
        ("@example.com", None),
        ("ana@example", None),
        ("ana@example.", None),
        ("ana@-example.com", None),
        ("ana@exa mple.com", None),
        ("ana@@example.com", None),
        ("ana@example.com, bia@example.com", None),
        ("Ana <ana@example.com>", None),
        ("ana@example.com\nbcc: x@example.com", None),
        ("aná@example.com", None),
        (f"{'a' * 65}@example.com", None),
        (f"a@{'b' * 64}.com", None),
        (f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.com", None),
    ],
)
def test_email(typed: str | None, usable: str | None) -> None:
    assert usable_email(typed) == usable


@pytest.mark.parametrize(
    ("typed", "usable"),
    [
        ("11987654321", "+5511987654321"),
        ("(11) 98765-4321", "+5511987654321"),
        ("011 98765 4321", "+5511987654321"),
        ("+55 11 98765-4321", "+5511987654321"),
        ("5511987654321", "+5511987654321"),
        ("  (92) 98765-4321  ", "+5592987654321"),
        ("(11) 3251-2233", "+551132512233"),
        ("+351 912 345 678", "+351912345678"),
        ("+1 212 555 2368", "+12125552368"),
        (None, None),
        ("", None),
        ("   ", None),
        ("none", None),
        ("98765-4321", None),
        ("987654321", None),
        ("(11) 8765-43", None),
        ("(00) 98765-4321", None),
        ("(11) 98765-432112", None),
        ("1" * 400, None),
        ("ana@example.com", None),
    ],
)
def test_phone(typed: str | None, usable: str | None) -> None:
    assert usable_phone(typed) == usable
