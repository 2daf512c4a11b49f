"""The birthday greeting."""

from fisioflow_cli.messages.birthday import birthday
from tests.messages.conftest import Compare
from tests.messages.samples import CLINIC

GREETING = birthday(name="Ana Souza", clinic=CLINIC)


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("birthday", GREETING)


def test_the_template_gets_name_and_clinic() -> None:
    assert GREETING.parameters == ("Ana Souza", "Clínica Movimento")


def test_every_form_says_how_to_stop_it() -> None:
    assert (
        GREETING.text.split("--")[-1].split()
        == GREETING.html.split("<p ")[-1].split(">")[1].removesuffix("</p").split()
    )
    assert GREETING.text.endswith("responda a este e-mail ou avise a\nclínica.")
    assert GREETING.short.endswith("avise a recepção da clínica.")


def test_it_does_not_claim_that_today_is_the_day() -> None:
    """It may leave a day late."""
    assert "hoje" not in (GREETING.subject + GREETING.text + GREETING.short).lower()


def test_a_person_without_a_name_is_greeted_all_the_same() -> None:
    message = birthday(name=" ", clinic="")
    assert message.subject == "Feliz aniversário, paciente!"
    assert message.parameters == ("paciente", "Sua clínica")
