"""The look keeps its promises: contrasts from the tokens, weights of a page, nothing from elsewhere."""

import gzip
import re

import pytest

from civic.settings import ROOT
from civic.web import assets, markdown
from tests.test_house import DATA

STATIC = ROOT / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
THEMES = {
    "clair": ":root {",
    "sombre": ':root[data-theme="sombre"] {',
    "nuit": ':root:not([data-theme="clair"]) {',
}
KINDS = ("voix", "temps", "argent", "chose")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "link", "err") for ground in ("paper", "surface")),
    *((ink, "surface-2") for ink in ("ink", "ink-2", "link")),
    *((ink, f"{kind}-soft") for ink in ("ink", "ink-2") for kind in KINDS),
    *((f"on-{kind}", kind) for kind in (*KINDS, "brand", "accent")),
    ("ok", "temps-soft"), ("warn", "chose-soft"), ("err", "argent-soft"), ("info", "voix-soft"),
    ("brand", "paper"), ("paper", "ink"),
]  # fmt: skip
DRAWN_PAIRS = [
    *((line, ground) for line in ("line-strong", "focus") for ground in ("paper", "surface", "surface-2")),
    *((kind, ground) for kind in ("voix", "temps", "argent") for ground in ("paper", "surface")),
    ("brand", "surface"), ("accent", "surface"), ("err", "surface"),
]  # fmt: skip


def tokens(theme: str) -> dict[str, str]:
    """The colours of one theme: the light ones, and over them what the theme changes."""
    light = _colours(THEMES["clair"])
    return light if theme == "clair" else light | _colours(THEMES[theme])


def _colours(selector: str) -> dict[str, str]:
    block = TOKENS.split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratios(theme: str, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], float]:
    found = tokens(theme)
    return {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in pairs}


def weight(content: bytes) -> int:
    """What a phone downloads, in bytes."""
    return len(gzip.compress(content, 9))


@pytest.mark.parametrize("theme", ["clair", "sombre"])
def test_someone_with_weak_eyes_reads_every_text(theme: str) -> None:
    texts = ratios(theme, TEXT_PAIRS)
    assert {pair: ratio for pair, ratio in texts.items() if ratio < 4.5} == {}
    below_our_aim = {pair: ratio for pair, ratio in texts.items() if ratio < 6}
    assert len(below_our_aim) <= 3, below_our_aim


@pytest.mark.parametrize("theme", ["clair", "sombre"])
def test_someone_with_weak_eyes_sees_borders_marks_and_focus(theme: str) -> None:
    assert {pair: ratio for pair, ratio in ratios(theme, DRAWN_PAIRS).items() if ratio < 3} == {}


def test_the_night_of_the_system_is_the_night_of_the_form() -> None:
    assert tokens("nuit") == tokens("sombre")


def test_a_resident_with_a_weak_network_downloads_little() -> None:
    assert weight(assets.css()) <= 12 * 1024
    assert weight(assets.js()) <= 18 * 1024
    assert weight((STATIC / "img" / "icons.svg").read_bytes()) <= 5 * 1024
    assert max(font.stat().st_size for font in (STATIC / "fonts").glob("*.woff2")) <= 35 * 1024


def test_a_host_who_changes_the_tokens_changes_every_colour() -> None:
    fixed = {"tokens.css", "print.css", "poster.css"}
    for file in (STATIC / "css").glob("*.css"):
        own = re.findall(r"(?<![\w&-])#[0-9a-f]{3,6}\b", file.read_text())
        assert not own or file.name in fixed, (file.name, own)


def test_a_visitor_s_browser_asks_nobody_else() -> None:
    for file in (STATIC / "css").glob("*.css"):
        assert "//" not in re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S), file.name
    sprite = (STATIC / "img" / "icons.svg").read_text()
    assert re.findall(r'(?:href|src)="', sprite) == []


def test_every_component_lives_in_its_layer() -> None:
    foundations = {"reset", "tokens", "base", "layout", "utilities", "print"}
    for file in (STATIC / "css").glob("*.css"):
        expected = {file.stem} & foundations or {"components"}
        assert set(re.findall(r"@layer (\w+) \{", file.read_text())) - {"print"} <= expected, file.name


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'id="i-(\w+)"', (STATIC / "img" / "icons.svg").read_text()))
    pages = "\n".join(file.read_text() for file in (ROOT / "templates").rglob("*.html"))
    assert set(re.findall(r"""\bicon\(["'](\w+)["']\)""", pages)) - known == set()


def test_no_page_carries_a_style_or_a_handler_of_its_own() -> None:
    for file in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", DATA.sub("", file.read_text()), flags=re.S)
        assert not re.search(r"""\s(?:style|on[a-z]+)=["']""", text), file.name
        assert not re.search(r"\|\s*safe\b", text), file.name
        assert not re.search(r"<script(?![^>]* src=)", text), file.name


@pytest.mark.parametrize(
    ("written", "levels"), [("# A\n## B\n# C", "343"), ("## A\n#### B", "34"), ("### A\n# B\n## C", "334")]
)
def test_a_lead_s_headings_follow_the_page_s_whatever_levels_she_used(written: str, levels: str) -> None:
    assert "".join(re.findall(r"<h(\d)>", markdown.render(written))) == levels
