"""What keeps the pages of one hand: classes that exist, the brick button for giving only, lines that begin in capitals."""

import re
from datetime import date

import pytest

from civic.settings import ROOT
from civic.web import formats

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


def test_a_line_that_begins_with_a_day_begins_with_a_capital() -> None:
    assert formats.opening(formats.day(date(2026, 6, 13))) == "Samedi 13 juin"
    assert formats.opening("") == ""
    assert formats.opening("à rendre") == "À rendre"
