"""Invented Brazilians: their names, and their phones and e-mails as people type them."""

import re
import unicodedata
from random import Random

FIRST_NAMES = (
    *("Adriana", "Alice", "Amanda", "André", "Antônio", "Beatriz", "Bruno", "Caio", "Camila"),
    *("Carlos", "Cecília", "Clara", "Daniel", "Débora", "Diego", "Eduardo", "Elisa", "Fábio"),
    *("Fernanda", "Flávia", "Gabriel", "Helena", "Heitor", "Isabela", "Ivone", "Jéssica", "João"),
    *("José", "Joaquim", "Júlia", "Larissa", "Leonardo", "Letícia", "Lúcia", "Luís", "Marcelo"),
    *("Márcia", "Maria", "Mariana", "Mateus", "Miguel", "Natália", "Otávio", "Patrícia", "Paulo"),
    *("Rafael", "Raquel", "Renata", "Ricardo", "Rosângela", "Sofia", "Tânia", "Thiago", "Vitória"),
)
LAST_NAMES = (
    *("Albuquerque", "Almeida", "Alves", "Andrade", "Araújo", "Assunção", "Barbosa", "Batista"),
    *("Brandão", "Cardoso", "Carvalho", "Castro", "Conceição", "Cordeiro", "Costa", "Dias"),
    *("Duarte", "Farias", "Fernandes", "Ferreira", "Figueiredo", "Fonseca", "Freitas", "Gomes"),
    *("Guimarães", "Lacerda", "Lima", "Magalhães", "Martins", "Medeiros", "Melo", "Monteiro"),
    *("Moreira", "Nascimento", "Nogueira", "Oliveira", "Pacheco", "Pereira", "Pires", "Queiroz"),
    *("Ramos", "Ribeiro", "Rocha", "Sampaio", "Santana", "Santos", "Silveira", "Souza", "Teixeira"),
)
NICKNAMES = ("Bia", "Zeca", "Dona Cida", "Guga", "Seu Tião", "Lu", "Mari", "Vô Chico")

HOSTILE_NAMES = (
    "Ana [/b] <script>",
    '=HYPERLINK("x")',
    "::error::boo",
    "\u202eodraciR Prado",  # a right-to-left override: shows everything after it mirrored
    "Joana 🌻",
    "D'Ávila",
    "[link=https://example.com]Rui[/link]",
    "Iara \x1b[31mVermelha",  # colours a terminal that prints it unfiltered
    "{{ 7 * 7 }} Chaves",
    "Roberto'); DROP TABLE patients;--",
)

PHONE_STYLES = (
    "({area}) {head}-{tail}",
    "+55 {area} {head}-{tail}",
    "{area}{head}{tail}",
    "55{area}{head}{tail}",
    "0{area} {head}-{tail}",
    "{area} 9 0000-{tail}",
    "({area}){head}.{tail}",
    "+55{area}{head}{tail}",
)
UNUSABLE_PHONES = ("123", "não tem", "(11) 9000-123", "0000-0000", "falar com a filha", "-", "")
BROKEN_EMAILS = (
    *("maria.souza@", "joao example.com", "@example.org", "ana@@example.net", "sem e-mail"),
    *("bruno@example", "carla@example.com; caio@example.com"),
)
EMAIL_DOMAINS = ("example.com", "example.org", "example.net")


def full_name(rng: Random) -> str:
    """A first name and two family names."""
    return " ".join((rng.choice(FIRST_NAMES), *rng.sample(LAST_NAMES, 2)))


def phone(rng: Random, number: int) -> str:
    """The mobile +55 11 90000-nnnn in one of many styles: well-formed, yet plainly invented."""
    style = rng.choice(PHONE_STYLES)
    return style.format(area="11", head="90000", tail=f"{number:04}")


def email(name: str, number: int) -> str:
    """An address at a domain that RFC 2606 keeps for examples: mail to it reaches nobody."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain) or ["paciente"]
    domain = EMAIL_DOMAINS[number % len(EMAIL_DOMAINS)]
    return f"{words[0]}.{words[-1]}.{number}@{domain}"
