"""What keeps the pages of one hand: classes that exist, the brick button for giving only, lines that begin in capitals."""

import re
from datetime import date

import pytest

from civic.mail import compose
from civic.settings import ROOT, settings
from civic.web import formats
from civic.web.markdown import render
from civic.web.templating import template

PAGES = sorted((ROOT / "templates").rglob("*.html"))
GIVING = {
    "pledges/closed.html", "pledges/edit.html", "receipts/show.html", "receipts/by_hand.html", "refunds/show.html",
    "offline/index.html", "offline/new.html", "offline/claim.html", "settlement/shortfall.html", "recurring/_lead.html",
}  # fmt: skip
"""Pages about money where nobody gives any: she writes, checks, or decides."""


def test_a_note_that_warns_has_the_colour_of_a_warning() -> None:
    astray = re.compile(r"""class="note(?:\{\{ ')? (?:ok|warn|err|info)\b""")
    assert [page.name for page in PAGES if astray.search(page.read_text())] == []


@pytest.mark.parametrize("name", sorted(GIVING))
def test_the_brick_button_is_for_giving_money_and_nothing_else(name: str) -> None:
    text = (ROOT / "templates" / "campaigns" / name).read_text()
    assert re.findall(r"""(?:button|link|act|confirm)\([^\n]*?, "gift[ a-z]*"|style="gift""", text) == []


def test_what_people_type_gets_the_spaces_of_french() -> None:
    assert formats.typeset("Un fauteuil ? Oui : 45 € !") == "Un fauteuil\u202f? Oui\u00a0: 45\u202f€\u202f!"
    assert formats.typeset("« Bravo »") == "«\u00a0Bravo\u00a0»"
    assert formats.typeset("http://example.org/?a=1 et 12 h") == "http://example.org/?a=1 et 12 h"
    assert "marché\u202f?" in render("Le **jour** de marché ?")
    assert "a ? b : c" in render("Écrivez `a ? b : c`.")


def test_a_letter_has_one_full_button_and_the_others_stand_back() -> None:
    where = settings().base_url
    pieces = compose.blocks(f"Bonjour.\n\nVoir ma collecte : {where}/a\n\nNe plus recevoir ces conseils : {where}/b")
    html = template("mail/layout.mjml").render(subject="Mi-chemin", blocks=pieces, lang="fr")
    assert html.count("2px solid #857862") == 1
    assert html.index("Voir ma collecte") < html.index("2px solid #857862") < html.index("Ne plus recevoir ces conseils")


def test_a_line_that_begins_with_a_day_begins_with_a_capital() -> None:
    assert formats.opening(formats.day(date(2026, 6, 13))) == "Samedi 13\u00a0juin"
    assert formats.opening("") == ""
    assert formats.opening("à rendre") == "À rendre"


def test_a_date_never_breaks_before_its_month_and_the_first_is_written_as_it_is_said() -> None:
    assert formats.day_short(date(2026, 1, 1)) == "1ᵉʳ\u00a0janvier 2026"
    assert formats.day_short(date(2026, 1, 11)) == "11\u00a0janvier 2026"
    assert formats.day(date(2031, 5, 1)) == "jeudi 1ᵉʳ\u00a0mai 2031"
