"""A masked payload: its shape stays, and nobody is in it, not even in the names of its fields."""

from fisioflow_cli.catalogue.masked import masked


def test_names_of_fields_that_may_be_people_are_masked_too() -> None:
    """Fixed: an application's map of addresses to something was shown with every address."""
    payload = {
        "to": "ana@example.com",
        "byRecipient": {"ana@example.com": 1, "+5511987654321": 2, "Ana Souza": {"name": "Ana"}},
        "cpf_12345678909": None,
        "template": "welcome",
    }
    assert masked(payload) == {
        "to": "••• text of 15",
        "byRecipient": {
            "••• field 1": "••• number",
            "••• field 2": "••• number",
            "••• field 3": {"name": "••• text of 3"},
        },
        "••• field 3": None,
        "template": "welcome",
    }
