"""What a page is to a parser of HTML: its tags and attributes, with the words and values that cannot change its faults
left out.

Parsing a page strictly takes as long as making it, and most pages of the suite differ in a name or a date only. Two
pages of one skeleton have the same faults: each run of plain words is « x », and each plain value of an attribute that
carries no meaning for the parser is its number in the order in which values come, so that what was equal (an id given
twice, a link and its `hx-get`) stays equal and nothing else does. Whatever is not plain stays as it is.
"""

from __future__ import annotations

import re

PARTS = re.compile(r"(<[^<>]*>)")
PLAIN = re.compile(r"(?:[\w \t\n\r\f\u00a0\u202f.,;:!?’‘“”…«»–—−·×→←↑↓✓€%()+/@°#*|-]|&(?:amp|lt|gt|quot|#34|#39);)+")
"""Words that no parser stumbles over: no stray sign of the language, no control character."""
VALUES = re.compile(
    r"(?<=\s)(id|for|name|value|href|src|srcset|action|hx-get|hx-post|content|datetime|title|alt|placeholder|class"
    r"""|aria-[a-z]+|d|min|max|list|form)="((?:[\w .,;:!?’…«»–—−·×→€%()+/@°#*|=~\[\]-]|&(?:amp|\#39);)+)\""""
)
KEPT = "icons.svg#"
"""An icon's name is looked up: it stays."""
BLANK = " \t\n\r\f"
"""What HTML calls white: a no-break space is a word to it."""


def skeleton(text: str) -> str:
    """The same for two pages only if a strict parser finds the same faults in both."""
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name, value = found.groups()
        return found[0] if KEPT in value else f'{name}="{numbers.setdefault(value, len(numbers))}"'

    parts = PARTS.split(text)
    parts[1::2] = [VALUES.sub(numbered, tag) for tag in parts[1::2]]
    parts[::2] = [_words(words) for words in parts[::2]]
    return "".join(parts)


def _words(text: str) -> str:
    if not PLAIN.fullmatch(text) or (not text.strip() and text.strip(BLANK)):
        return text
    return "x" if text.strip(BLANK) else " "
