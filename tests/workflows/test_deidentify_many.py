"""Hundreds of people at a time: nobody is recognised, and hardly a note is lost to caution."""

import random
import re
from datetime import date

import pytest

from fisioflow_cli.workflows.deidentify import Secrets, secrets_of
from fisioflow_cli.workflows.deidentify_words import WORD, fold

TODAY = date(2026, 3, 2)
GIVEN = re.findall(
    r"\w+",
    "Ana Maria José João Antônio Francisco Carlos Luiz Marcos Rafael Eduardo Guilherme Thiago Vinícius "
    "Márcia Fernanda Patrícia Letícia Vitória Beatriz Sônia Rosa Aparecida Terezinha Ângela Luzia "
    "Célia Valéria Marta Clara Cecília Thaís Graça Conceição Dores Penha Luz Olga Iara Inês Eva Ivo",
)
FAMILY = re.findall(
    r"\w+",
    "Silva Santos Oliveira Souza Lima Gomes Costa Rocha Dias Machado Campos Leite Reis Cruz Braga Pinto "
    "Coelho Barros Sales Prado Neves Porto Franco Paz Serra Vale Sá Matos Castro Ramos",
)
NOTES = (
    "{given} refere dor lombar {pain}/10 há {days} dias, piora ao sentar. Nega parestesia.",
    "{GIVEN} melhorou; ligar {phone} ou {mail}. Cirurgia em 14/11/2025 no joelho.",
    "Realizado alongamento 3x30s, ponte 3x15, TENS 20 min. Força grau 4/5, ADM 0-120°, marcha livre.",
    "dona {lower} animada, dores nas costas menores, luz incomoda menos, dias quentes; leite suspenso.",
    "Sra. {family} e o filho {other} vieram. PA 130/80, FC 76, SpO2 97%. CPF {cpf}. Protrusão L4-L5.",
    "Orientada por {staff} quanto à postura na rua e no trabalho, retorno 09/03, carga de 12,5 kg.",
)


def people(chance: random.Random) -> tuple[Secrets, dict[str, str], str]:
    """Somebody with a clinic around them, and a note about them."""
    given, family, staff, other = (
        chance.choice(GIVEN),
        chance.choice(FAMILY),
        *chance.sample(GIVEN, 2),
    )
    digits = [chance.randrange(10) for _ in range(20)]
    number = "".join(map(str, digits))
    told = {
        "given": given,
        "GIVEN": given.upper(),
        "lower": fold(given),
        "family": family,
        "staff": staff,
        "other": other,
        "phone": f"(11) 9{number[:4]}-{number[4:8]}",
        "mail": f"{fold(given)}.{number[:3]}@example.com",
        "cpf": f"{number[8:11]}.{number[11:14]}.{number[14:17]}-{number[17:19]}",
    }
    secrets = secrets_of(
        [
            ("name", f"{given} {chance.choice(FAMILY)} {family}"),
            ("contact", told["phone"]),
            ("contact", told["mail"]),
            ("document", told["cpf"]),
            ("clinic", f"Clínica {chance.choice(FAMILY)}"),
            *(("staff", f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}") for _ in range(8)),
            ("staff", f"{staff} {chance.choice(FAMILY)}"),
        ],
        date(1960, 5, 17),
    )
    note = "\n".join(chance.sample(NOTES, 3)).format(**told, pain=7, days=12)
    return secrets, told, note


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_recognised_and_no_note_is_lost(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        secrets, told, note = people(chance)
        found = secrets.scrub(note, alias="Paciente-4821", anchor=TODAY)
        assert not secrets.survives(found), found
        words = set(WORD.findall(fold(found)))
        assert fold(told["given"]) not in words, found
        for digits in (told["phone"][-4:], told["cpf"][:3] + "."):
            assert digits not in found
        if "alongamento" in note:
            assert "3x30s, ponte 3x15, TENS 20 min. Força grau 4/5, ADM 0-120°" in found


@pytest.mark.parametrize("seed", range(2))
def test_second_look_notices_every_note_as_it_was(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        secrets, told, note = people(chance)
        if told["given"] in note or told["cpf"] in note:
            assert secrets.survives(note), note
