"""HTML and stray text → lines and Markdown. Pure functions; what comes out holds no tag of the source."""

import html
import re
from html.parser import HTMLParser
from typing import Literal

RAW_MOST = 100_000
ESCAPED_MOST = 3
PARAGRAPHS = frozenset({"p", "div", "section", "article", "blockquote", "ul", "ol", "table", "tr"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SILENT = frozenset({"script", "style", "head", "template", "iframe", "object", "noscript"})
BREAKS = (
    {"br": ("\n", "\n"), "li": ("\n", "\n- "), "td": (" ", " "), "th": (" ", " ")}
    | dict.fromkeys(PARAGRAPHS, ("\n\n", "\n\n"))
    | dict.fromkeys(HEADINGS, ("\n\n", "\n\n### "))
)
EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
TAG_START = re.compile(r"<(?=[a-zA-Z/!?])")
BULLET = re.compile(r"^\s*(?:[-–—•·*▪►]|o(?=\s{2,}))\s+", re.MULTILINE)


def to_line(text: str) -> str:
    """The text on one line, without tags, entities decoded, spaces single."""
    return re.sub(r"\s+", " ", _without_tags(text, "plain")).strip()


def to_markdown(text: str) -> str:
    """The text as Markdown: paragraphs, lists, emphasis and web links; every other tag is dropped."""
    written = BULLET.sub("- ", _without_tags(text, "markdown"))
    lines = [re.sub(r"[ \t\u00a0\u202f]{2,}", " ", line).strip() for line in written.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def first_sentence(markdown: str) -> str:
    """The first sentence of a description, to stand in for a missing summary."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).replace("*", "").replace("#", "")
    line = re.sub(r"\s+", " ", plain).strip(" -")
    match = re.match(r".{20,}?[.!?…](?=\s|$)", line)
    return match[0] if match else line


def cut(text: str, most: int) -> str:
    """The text, cut after a whole word and closed with « … » when it is longer than `most` characters."""
    if len(text) <= most:
        return text
    short = text[: most - 1]
    word_end = short.rfind(" ")
    return (short[:word_end] if word_end > most // 2 else short).rstrip(" ,;:-") + "…"


def _without_tags(text: str, form: Literal["plain", "markdown"]) -> str:
    """Read the text; again while decoding it uncovers more tags (exports are often escaped twice)."""
    text = text[:RAW_MOST].replace("\r\n", "\n").replace("\r", "\n")
    for _time in range(ESCAPED_MOST):
        if MARKUP.search(text):
            reader = _Reader()
            reader.feed(text)
            reader.close()
            text = "".join(getattr(reader, form))
        text = html.unescape(text)
    return TAG_START.sub("", text)


class _Reader(HTMLParser):
    """Collects a fragment of HTML as plain text and as Markdown at once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.plain: list[str] = []
        self.markdown: list[str] = []
        self._silent = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag in BREAKS:
            self._add(*BREAKS[tag])
        elif tag in EMPHASIS:
            self._add("", EMPHASIS[tag])
        elif tag == "a":
            self._links.append(_web_address(dict(attrs).get("href")))
            self._add("", "[" if self._links[-1] else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in PARAGRAPHS or tag in HEADINGS:
            self._add("\n\n", "\n\n")
        elif tag in EMPHASIS:
            self._add("", EMPHASIS[tag])
        elif tag == "a" and self._links and (address := self._links.pop()):
            self._add("", f"]({address})")

    def handle_data(self, data: str) -> None:
        words = re.sub(r"[ \t\n]+", " ", data)
        self._add(words, words)

    def _add(self, plain: str, markdown: str) -> None:
        if not self._silent:
            self.plain.append(plain)
            self.markdown.append(markdown)


def _web_address(address: str | None) -> str:
    address = (address or "").strip()
    return address if re.fullmatch(r"https?://[^\s()<>\"]{3,400}", address) else ""
