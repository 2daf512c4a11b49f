"""Notes as real databases hold them, made into text."""

import pytest

from fisioflow_cli.clinic.notes import readable


@pytest.mark.parametrize(
    ("note", "text"),
    [
        *((None, ""), ("", ""), (" \n\t\r\n ", ""), ("dor lombar", "dor lombar")),
        ("  dor   lombar \r\n\r\n\r\n melhor ", "dor lombar\nmelhor"),
        ("<p>Dor <b>forte</b></p><p>EVA&nbsp;7</p>", "Dor forte\nEVA 7"),
        ("A<b>n</b>a<br/>Braga", "Ana\nBraga"),
        ("ADM < 90 e > 45; a<b, p <0.05", "ADM < 90 e > 45; a<b, p <0.05"),
        ("dor &lt; 3 &amp; melhora", "dor < 3 & melhora"),
        ("<!-- oculto -->visível", "visível"),
        ("An\u00ada e A\u200bna e \ufeffAna", "Ana e Ana e Ana"),
        ("Joa\u0303o", "João"),
        ("\uff21\uff4e\uff41 \ufb01m", "Ana fim"),
        ("nº 3, 2ª, 10 m², 30°", "nº 3, 2ª, 10 m², 30°"),
        ("a\x00b\x1bc\ud800d", "abcd"),
    ],
)
def test_text_and_html(note: str | None, text: str) -> None:
    assert readable(note) == text


@pytest.mark.parametrize(
    ("note", "text"),
    [
        *(("{}", ""), ("[]", ""), ('{"dor": ""}', ""), ('{"dor": null, "x": []}', "")),
        ('{"dor": "leve", "eva": 3}', "dor: leve\neva: 3"),
        ('{"edema": false, "marcha": true}', "edema: não\nmarcha: sim"),
        ('[{"nome": "ponte", "series": 3}]', "nome: ponte\nseries: 3"),
        ('{"testes": ["Lasègue", "Slump"]}', "testes: Lasègue\ntestes: Slump"),
        ('{"text": "melhor"}', "melhor"),
        (
            (
                '{"type": "doc", "content": [{"type": "paragraph", "content": '
                '[{"type": "text", "text": "Dor "}, {"type": "text", "text": "menor"}]}]}'
            ),
            "Dor\nmenor",
        ),
        ('nota livre\n{"eva": 3}', "nota livre\neva: 3"),
        ('{"html": "<p>Dor</p>"}', "Dor"),
        *(("{aberto", "{aberto"), ("[x] feito", "[x] feito"), ("{" * 5000, "{" * 5000)),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_json(note: str, text: str) -> None:
    assert readable(note) == text
