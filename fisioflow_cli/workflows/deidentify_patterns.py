"""What can be recognised without knowing anybody: addresses, numbers of documents, links, titles."""

import re

CONTACT, DOCUMENT, PLACE, PERSON = "[contato]", "[documento]", "[endereço]", "[pessoa]"
UPPER, LOWER = "A-ZÀ-ÖØ-Þ", "a-zà-öø-ÿ"
PROPER = rf"(?!Paciente\b)[{UPPER}][{LOWER}]+(?: (?:d[aeo]s? )?[{UPPER}][{LOWER}]+)*"
STREET = (
    r"(?i:\b(?:rua|r\.|avenida|av\.?|alameda|al\.|travessa|tv\.|estrada|rodovia|rod\.|pra[cç]a"
    r"|p[cç]a\.|largo|condom[ií]nio|cond\.|vila|jardim|jd\.|parque))"
)
YEAR = r"(?:19|20)\d\d"
HOUSE = r"(?:,? *(?i:n[º°o]?\.?|n[uú]mero)? *\d{1,5}\b)"
RULES = (
    (re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64} ?@ ?[\w-]{1,63}(?:\.[\w-]{1,63})+"), CONTACT),
    (re.compile(r"(?i)\b(?:https?://|www\.)\S+"), CONTACT),
    (
        re.compile(
            r"(?i)(?<![\w.-])(?:[\w-]{1,63}\.){1,4}(?:com|net|org|br|me|io|app|gov)\b(?:/\S*)?"
        ),
        CONTACT,
    ),
    (re.compile(r"(?<!\w)@[\w.]{3,}"), CONTACT),
    (re.compile(r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3} ?[-/.]? ?\d{2}(?!\d)"), DOCUMENT),  # CPF
    (re.compile(r"(?<!\d)\d{2}\.?\d{3}\.?\d{3}/\d{4}-?\d{2}(?!\d)"), DOCUMENT),  # CNPJ
    (re.compile(r"(?<!\d)\d{3}[ .]?\d{4}[ .]?\d{4}[ .]?\d{4}(?!\d)"), DOCUMENT),  # CNS
    (
        re.compile(
            r"(?i)\b(?:rg|cpf|cns|sus|cnh|crefito|crm|carteirinha|matr[ií]cula|prontu[aá]rio)"
            r"[ :nº°.-]*(?=[\w./-]*\d)[\w./-]{3,}(?: ?-? ?[\dx])?\b"
        ),
        DOCUMENT,
    ),
    (re.compile(r"(?<![\d.,])\d{1,2}\.\d{3}\.\d{3} ?-? ?[\dxX]\b"), DOCUMENT),  # RG
    (
        re.compile(
            rf"(?<![\d/.,-])(?!{YEAR}[ .-]{YEAR}(?!\d))(?:\+?55[ .-]?)?"
            r"(?:\(0?\d{2}\) ?|0?\d{2}[ .-])?(?:9[ .]?)?\d{4}[ .-]?\d{4}(?![\d/])"
        ),
        CONTACT,
    ),
    (re.compile(r"(?i)\bcep\b[ :.-]*[\d.-]{5,10}"), PLACE),
    (re.compile(r"(?<!\d)\d{2}\.?\d{3}-\d{3}(?!\d)"), PLACE),
    (re.compile(r"(?<![\d.,])\d{6,}(?![.,]?\d)"), DOCUMENT),
    (re.compile(rf"{STREET} +(?:d[aeo]s? +)?{PROPER}{HOUSE}?"), PLACE),
    (
        re.compile(
            rf"{STREET} +(?:d[aeo]s? )?[^,.;:\n\d]{{2,40}}(?:, *| +(?i:n[º°o]?\.?|n[uú]mero) *)\d{{1,5}}\b"
        ),
        PLACE,
    ),
    (re.compile(r"(?i)\bav\.? +[^,.;:\n\d]{2,40} +\d{1,5}\b"), PLACE),
    (re.compile(r"(?i)\brua +d[aeo]s? +[^,.;:\n\d]{2,30} +\d{1,5}\b"), PLACE),
    (re.compile(rf"\b[Bb]airro +(?:d[aeo]s? +)?{PROPER}"), PLACE),
    (
        re.compile(
            r"(?i)\b(?:ap(?:to?)?\.?|apartamento|bloco|bl\.|quadra|lote) *(?:n[º°o]?\.? *)?\d+[a-z]?\b"
        ),
        PLACE,
    ),
    (
        re.compile(
            rf"\b((?:Dr|Dra|Drª|Sr|Sra|Srª|Srta|Prof|Profa|Ft|Fta)\.? |(?:Dona|Seu|D\.) ){PROPER}"
        ),
        rf"\1{PERSON}",
    ),
    (
        re.compile(
            rf"\b((?i:filh[oa]|espos[oa]|marido|m[ãa]e|pai|irm[ãa]o?|av[óôo]|net[oa]|ti[oa]|prim[oa]"
            rf"|sogr[oa]|namorad[oa]|cuidadora?|amig[oa]|vizinh[oa]|companheir[oa])(?: |, |: | \()){PROPER}"
        ),
        rf"\1{PERSON}",
    ),
)
PEOPLE = 2
"""The last so many rules are about people: names that are known come before them."""
TELLING = tuple(pattern for pattern, _ in RULES[:7])
"""Forms that mean an identifier wherever they stand."""


def hide_forms(text: str) -> str:
    """The text without contacts, numbers of documents and addresses."""
    for pattern, label in RULES[:-PEOPLE]:
        text = pattern.sub(label, text)
    return text


def hide_titled(text: str) -> str:
    """The text without the names behind a title or a relationship: `filha Júlia`, `Dr. Caio`."""
    for pattern, label in RULES[-PEOPLE:]:
        text = pattern.sub(label, text)
    return text


def tells(text: str) -> bool:
    """Whether an address or a number of a document stands in it, whosever it is."""
    return any(pattern.search(text) for pattern in TELLING)
