"""Words as they are compared: without case and accents, and as they sound."""

import re
import unicodedata
from functools import lru_cache

SHORTEST = 3
"""Letters of a name that is looked for in any case."""
WORD = re.compile(r"[^\W\d_]+")


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES = _listed("da das de del della den der di do dos du e el la las le los van von y")
COMMON = _listed(
    """
    alta alto amigo amiga amigos barriga bela belo bem boa bom braco branca branco cabeca campo campos
    casa centro cidade clara claro coracao costa costas cruz dia dias direita direito dor dores empresa
    esquerda esquerdo facebook fisica fisico fisioterapia forte franco google graca gracas grande
    indicacao instagram internet leite leve lima longa longo luz maior mao maos marcha medica medico
    melhor menor monte neto nova novo paciente particular paz pe pena perna pes pequena pequeno peso
    pinto plano ponte pontes prato preta preto ramo ramos rego reis rocha rosa rua sal salto santa santo
    santos serra site sol sul norte leste oeste tempo testa torre torres unica unico vale verde vida
    vitoria whatsapp trabalho bairro apto apartamento bloco telefone celular convenio brasil
    para pela pelo como mais com sem por que uma seu sua muito pouco bairros movimento
    """
)
"""Names that are also words of any note: a name only where they begin with a capital."""
KIN = _listed(
    """
    mae pai esposa esposo marido mulher filha filho irma irmao avo neta neto tia tio prima primo sogra
    sogro nora genro namorada namorado companheira companheiro cuidador cuidadora vizinha vizinho
    responsavel madrinha padrinho enteada enteado sobrinha sobrinho conjuge amigo amiga outro outra
    """
)
"""Who somebody is to the patient; that may stay."""
GENERIC = _listed(
    """
    clinica consultorio centro instituto espaco studio estudio fisio fisioterapia fisioterapeutica
    pilates reabilitacao saude rpg osteopatia ortopedia hospital ltda me eireli sa unidade
    avenida rua alameda travessa estrada rodovia praca bairro numero casa apto bloco sao santa santo
    para sim nao brasil principal residencial comercial
    """
)
"""What alone names no clinic and no place."""
KNOWN_AS = {
    "alexandre": "xande",
    "antonio": "tonho toninho tonico toni",
    "beatriz": "bia",
    "conceicao": "ceicao",
    "eduardo": "edu dudu du",
    "elisabete": "bete beth betinha",
    "francisca": "chica chiquinha",
    "francisco": "chico chiquinho",
    "guilherme": "gui",
    "isabel": "bel isa",
    "isabela": "bela isa",
    "joaquim": "quim",
    "jose": "ze zezinho zeca",
    "luis": "lu lula luisinho",
    "luisa": "lu",
    "manoel": "mane mano",
    "maria": "mariazinha malu",
    "rafael": "rafa",
    "rafaela": "rafa",
    "roberto": "beto",
    "rosangela": "ro",
    "sebastiao": "tiao",
    "teresa": "teca teresinha",
}
"""What people make of a given name beyond its beginning and its diminutives; by sound."""
SPELLINGS = (
    (re.compile(r"ph"), "f"),
    (re.compile(r"(?<![cln])h"), ""),
    (re.compile(r"ct"), "t"),
    (re.compile(r"ck|k"), "c"),
    (re.compile(r"w"), "v"),
    (re.compile(r"y"), "i"),
    (re.compile(r"z"), "s"),
    (re.compile(r"(.)\1+"), r"\1"),
)


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0].lower()[0]


def fold(text: str) -> str:
    """The text in lower case and without accents, character by character: positions stay."""
    return "".join(map(_base, text))


def sound(word: str) -> str:
    """A folded word as it sounds, so that Thais, Thaís and Tais, Souza and Sousa are the same.

    A short one stays as it is, or Lee would be the same as `le`.
    """
    heard = word
    for pattern, letters in SPELLINGS:
        heard = pattern.sub(letters, heard)
    return heard if len(heard) >= SHORTEST else word


def words(text: str) -> list[str]:
    """The words of a name, folded, without its particles."""
    return [word for word in WORD.findall(fold(text)) if word not in PARTICLES]


def forms(name: str) -> set[str]:
    """A folded name and its diminutives: joao, joaozinho; marcos, marquinhos; ana, aninha."""
    stems = {name, name.removesuffix("s"), re.sub(r"[aeiou]s?$", "", name)}
    hard = {re.sub(r"c$", "qu", re.sub(r"g$", "gu", stem)) for stem in stems}
    endings = [
        f"{start}{middle}{vowel}{plural}"
        for start in ("", "z")
        for middle in ("inh", "it")
        for vowel in "oa"
        for plural in ("", "s")
    ]
    found = {f"{stem}{ending}" for stem in stems | hard if len(stem) > 1 for ending in endings}
    return {name, *found}
