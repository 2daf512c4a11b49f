"""The text part of a mail that an application wrote as HTML only."""

import re
from html.parser import HTMLParser

HIDDEN = {"script", "style", "head", "title", "template", "noscript", "svg"}
BLOCKS = {
    *("p", "div", "section", "article", "header", "footer", "table", "ul", "ol", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "form", "figure"),
}
LINES = {"br", "tr", "li", "dt", "dd"}
LINKS = ("http://", "https://", "mailto:", "tel:")


def plain_text(html: str) -> str:
    """What a reader sees of a page, as paragraphs; a link keeps its address, scripts are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects the visible text; unclosed and misplaced tags are the normal case in mails."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden: str | None = None
        """The tag that hides what follows, up to its end or the body."""
        self._link: tuple[str, int] | None = None
        """The open link's address, and where its words begin: links do not nest."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag in HIDDEN:
            self._hidden = self._hidden or tag
        elif tag == "body":
            self._hidden = None
        elif tag == "a":
            self._link = ((facts.get("href") or "").strip(), len(self.found))
        elif tag == "img" and facts.get("alt"):
            self.handle_data(f"[{facts['alt']}]")
        self._break(tag)
        if tag == "li":
            self.handle_data("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        elif tag == "a" and self._link:
            address, since = self._link
            self._link = None
            self._name(address, "".join(self.found[since:]).strip())
        elif tag in {"td", "th"}:
            self.handle_data("  ")
        elif tag in BLOCKS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))

    def _name(self, address: str, label: str) -> None:
        bare = address.partition(":")[2].lstrip("/").rstrip("/")
        if address.lower().startswith(LINKS) and bare not in label:
            self.handle_data(f" ({address})" if label else address)

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and not self._hidden:
            self.found.append("\n\n")
        elif tag in LINES and not self._hidden:
            self.found.append("\n")
