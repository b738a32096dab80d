"""Markdown of people, made safe: no HTML of theirs, an allow-list behind, links to https, http or mailto only."""

import re
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from civic.web.formats import typeset

_reader = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_HEADING = re.compile(r"<(/?)h([1-6])>")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "h3", "h4", "h5", "code", "pre", "hr",
         "table", "thead", "tbody", "tr", "th", "td"}


def render(source: str) -> Markup:
    """The text as safe HTML, wrapped so that htmx ignores it. Headings start at level 3; images are left out."""
    html = _lowered(_reader.render(source))
    clean = nh3.clean(
        html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"},
        attribute_filter=_keep, link_rel="nofollow ugc noopener",
    )
    shown = clean if "<code" in clean else typeset(clean)
    return Markup('<div class="prose" hx-ignore>{}</div>').format(Markup(shown))  # noqa: S704 cleaned by nh3 above


def _lowered(html: str) -> str:
    """The levels of headings that people used, whichever they are, become 3, 4 and 5, never skipping one."""
    used = sorted({int(level) for _slash, level in _HEADING.findall(html)})
    above = 2

    def lower(found: re.Match[str]) -> str:
        nonlocal above
        if not found[1]:
            above = min(3 + used.index(int(found[2])), above + 1, 5)
        return f"<{found[1]}h{above}>"

    return _HEADING.sub(lower, html)


def _keep(_tag: str, attribute: str, value: str) -> str | None:
    """nh3 lets scheme-relative addresses through («//evil»): they are dropped here."""
    if attribute == "href" and not urlsplit(value).scheme and value.lstrip().startswith(("//", "\\")):
        return None
    return value
