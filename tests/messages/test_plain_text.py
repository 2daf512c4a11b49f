"""The text part of a mail that was written as HTML only."""

import pytest

from fisioflow_cli.messages.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Oi</p>", "Oi"),
        ("Oi, <b>Ana</b>!", "Oi, Ana!"),
        ("<p>Um</p><p>Dois</p>", "Um\n\nDois"),
        ("<p>Um<br>Dois<br/>Três</p>", "Um\nDois\nTrês"),
        ("<h1>Título</h1>\n\n  <p>Texto\n   em linhas</p>", "Título\n\nTexto em linhas"),
        ("<ul><li>um<li>dois</ul>fim", "- um\n- dois\n\nfim"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("Preço: R$&nbsp;5 &lt; 6 &amp; &#233;", "Preço: R$ 5 < 6 & é"),
        ("a&lt;b&gt;c", "a<b>c"),
        ("<div><div><div>x</div></div></div><div>y</div>", "x\n\ny"),
        ('<img src="x.png" alt="Logo"> Olá <img src="y.png" alt="">', "[Logo] Olá"),
        ("", ""),
        ("<img src=x>", ""),
    ],
)
def test_what_a_reader_sees(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://example.com/a">Abrir</a>', "Abrir (https://example.com/a)"),
        ('<a href="https://example.com">https://example.com</a>', "https://example.com"),
        ('<a href="https://example.com/">example.com</a>', "example.com"),
        ('<a href="mailto:ana@example.com">ana@example.com</a>', "ana@example.com"),
        ('<a href="mailto:ana@example.com">Escreva</a>', "Escreva (mailto:ana@example.com)"),
        ('<a href="https://example.com/a"><img src=x></a>', "https://example.com/a"),
        ('<a href="javascript:alert(1)">Abrir</a>', "Abrir"),
        ('<a href="#top">Topo</a> <a>Nada</a>', "Topo Nada"),
    ],
)
def test_links_keep_their_address(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>alert('x')</script>",
        "<style>p { color: red }</style>",
        "<head><title>x</title><style>y</style></head>",
        "<template><p>x</p></template>",
        "<!-- x --><!--[if mso]>x<![endif]-->",
        "<script>if (a < b) { document.write('<p>x</p>') }</script>",
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    assert plain_text(f"{hidden}<p>Oi</p>{hidden}") == "Oi"


def test_a_head_that_is_never_closed_hides_no_body() -> None:
    assert plain_text("<html><head><title>x</title><body><p>Oi</p>") == "Oi"


def test_broken_markup_is_still_read() -> None:
    assert plain_text("<p>Um <b>dois<p>três</div></a></b> 3 < 4") == "Um dois\n\ntrês\n\n3 < 4"


@pytest.mark.parametrize(
    "html",
    [
        "<div><a href='https://example.com/x'>a</a>" * 10_000,
        "<a href='https://example.com/x'>a" * 10_000 + "</a>" * 10_000,
        "<svg>" * 50_000 + "</b>" * 50_000,
        "<" * 100_000,
        "<!" * 50_000,
        "&" * 100_000,
    ],
    ids=["links", "nested links", "hidden", "brackets", "declarations", "entities"],
)
def test_hostile_page_is_read_in_no_time_to_speak_of(html: str) -> None:
    plain_text(html)
