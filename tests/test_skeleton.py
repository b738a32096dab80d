"""What the tests' browser remembers of pages never hides a fault: each planted one is found beside its sound twin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.client import check_page, parse
from tests.skeleton import skeleton

SOUND = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Le four à pain</title></head>
<body><header><a href="/agenda" hx-get="/agenda">Agenda</a><svg><use href="/static/img/icons.svg#i-search"></use></svg></header>
<main><h1 id="titre">Le four à pain</h1><p class="lead">Trente euros, le 4 mai.</p>
<form method="post" action="/dons" hx-post="/dons"><label for="somme">Somme</label>
<input id="somme" name="somme" value="30" aria-describedby="aide"><p id="aide">En euros &amp; centimes</p>
<button>Donner</button></form>
<table><thead><tr><th>Quoi</th></tr></thead><tbody><tr><td>Des briques</td></tr></tbody></table></main></body></html>"""

FAULTS = {
    "a tag left open": ("</form>", ""),
    "a tag closed twice": ("</form>", "</form></form>"),
    "a block within a paragraph": ("Trente euros", "<div>Trente</div> euros"),
    "a link within a link": (">Agenda<", "><a href='/x'>Agenda</a><"),
    "an attribute twice": ('name="somme"', 'name="somme" name="somme"'),
    "a quote left open": ('value="30"', 'value="30'),
    "an id twice": ('id="aide"', 'id="somme"'),
    "an id that another bears": ('id="aide"', 'id="titre"'),
    "no headline": ("h1", "h2"),
    "two headlines": ("<p class", "<h1>Encore</h1><p class"),
    "no title": ("<title>Le four à pain", "<title>"),
    "a title without a word": ("<title>Le four à pain", "<title>\u00a0"),
    "no language": (' lang="fr"', ""),
    "an empty language": ('lang="fr"', 'lang=""'),
    "style in a page": ('class="lead"', 'style="color:red"'),
    "a script in an attribute": ('class="lead"', 'onclick="lead"'),
    "a link that leads elsewhere with the script": ('hx-get="/agenda"', 'hx-get="/annuaire"'),
    "a form that goes elsewhere with the script": ('hx-post="/dons"', 'hx-post="/campagnes"'),
    "a post from a button": ("<button", '<button hx-post="/dons"'),
    "an icon that is not drawn": ("#i-search", "#i-licorne"),
    "an entity without its end": ("euros &amp; centimes", "euros &amp centimes"),
    "an entity nobody knows": ("euros &amp; centimes", "euros &licorne; centimes"),
    "an entity without its end in an attribute": ('href="/agenda" hx-get="/agenda"', 'href="/a?b&amp" hx-get="/a?b&amp"'),
    "a sign that means a tag": ("Trente euros", "moins < trente"),
    "a sign no text may hold": ("Trente euros", "Trente\x0b euros"),
    "a field between rows": ("<tr><td>", '<input type="text"><tr><td>'),
    "no doctype": ("<!doctype html>", ""),
}  # fmt: skip


@pytest.mark.parametrize(("sound", "faulty"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_in_a_page_like_one_that_was_sound(sound: str, faulty: str) -> None:
    check_page("/sound", SOUND)
    assert SOUND.replace(sound, faulty) != SOUND
    with pytest.raises(AssertionError, match="/faulty"):
        check_page("/faulty", SOUND.replace(sound, faulty))


def test_pages_that_differ_in_words_and_dates_are_one() -> None:
    twin = SOUND.replace("Trente euros, le 4 mai.", "Huit heures, demain\u00a0!").replace("/dons", "/dons/17")
    assert twin != SOUND
    assert skeleton(twin) == skeleton(SOUND)
    assert skeleton(SOUND.replace("/dons", "/dons/17", 1)) != skeleton(SOUND)


BITS = (
    "<", ">", '"', "'", "&", "&amp;", "&amp", "&#39;", "=", " ", "\u00a0", "/", "x", "<p>", "</p>", "<b>", "</b>", "<td>",
    "<!--", "-->", "<br>", "</br>", "<a href='/'>", ' id="titre"', ' id="a"', ' type="hidden"', "<input>", "<h1>é</h1>",
    "<script>", "</script>", "<textarea>", "</textarea>", "<svg>", "\x00", "\x0b", "\ufffe", ' href="/agenda"', "#i-x", "<title>",
)  # fmt: skip


def _verdict(text: str) -> bool:
    try:
        parse("/page", text)
    except AssertionError:
        return False
    return True


SEEN: dict[str, bool] = {}


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(SOUND)), st.sampled_from(BITS)), max_size=3))
def test_two_pages_of_one_skeleton_have_the_same_verdict(planted: list[tuple[int, str]]) -> None:
    text = SOUND
    for place, bit in planted:
        text = text[:place] + bit + text[place:]
    verdict = _verdict(text)
    assert SEEN.setdefault(skeleton(text), verdict) == verdict
