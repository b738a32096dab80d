"""Every kind of letter through a real SMTP server, in French and in English."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from starlette.types import ASGIApp

from civic.mail.service import send_mail
from civic.settings import Settings
from civic.web.templating import TEMPLATES
from tests.mailbox import Mailbox, html_of, listening, text_of

FOLDER = TEMPLATES / "mail"
KINDS = sorted(
    str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.glob("*/*.txt") if not file.name.startswith("_")
)
READER = "jeanne@exemple.fr"
WORDS = {
    "title": "Le four du village", "slug": "le-four", "person": "Jeanne Perrin", "reader": "Jeanne Perrin",
    "amount_cents": 3_000, "tip_cents": 100, "minimum_cents": 600_000, "total_cents": 250_000, "token": "jeton",
    "collected_cents": 610_000, "days": 0, "reason": "La banque a refusé.", "until": "lundi 30 novembre",
    "head": "a1b2c3", "method": "Visa •••• 4242", "debit_on": "lundi 30 novembre", "last_day": "dimanche 29 novembre",
    "beneficiary": "Les Voisins du Mardi", "reference": "DON-42", "late": False, "waits": True, "lead": False, "answer": "approved", "note": "",
    "said": "Pour", "decision_id": 7, "question": "On s’arrête à l’étang ?", "what": "Demander un devis", "answers": 4, "electorate": 5,
    "verdict": "adopted", "result": "", "closes": "lundi 30 novembre à 20 h", "links": [["Ma place", "http://testserver/p/1"]],
    "integration": "Un arrêt sur deux.", "accepted": True, "committee": "Le comité", "message": "Je conduis.",
    "change": "Un arrêt au lac.", "positions": "", "revised": True, "outcome": "On essaie.", "version": 1,
    "who": "Rose M.", "code": "123 456", "link": "lien", "contact": "Sélim L.", "contact_note": "", "bring": "",
    "when": "lundi 30 novembre, 8 h à 10 h", "where": "Trévoux", "rank": 0, "confirmed": True, "old": "mardi, 8 h", "stands_in": False, "party": 3, "group": False, "shift_id": 1, "rule": "Dans l’ordre.", "before": "waiting",
    "guardian": "Paul Rey", "guardian_silent": False, "rest": 0, "agreed": True,
    "organisation": "La Ferme", "last": "lundi 30 novembre", "label": "", "college": "residents",
    "number": "2026-00012", "voided": "2026-00007", "old_place": "La halle", "place": "Le pré", "lift": True, "line": "Le minibus",
    "unseen": False, "at_once": False, "missed": False, "back_until": "", "anonymous": False,
    "next_on": "samedi 5 décembre", "year": 2025, "months": 11, "running": True,
    "amount_hidden": False, "closed": True, "card_only": False, "unpaid": True, "card": False, "ended": False, "spent_cents": 4_000, "monthly": False,
    "campaign_slug": "soutien-le-four-1",
    "campaign": "Le four du village", "news_id": 3, "paragraphs": ["Le four chauffe."], "cut": False, "public": True,
    "percent": 50, "id": 12, "reward": "Un pain",
    "back_cents": 2_000, "whole": True, "unwinding": False, "transfer": False, "failure": "declined", "won": False,
    "inquiry": False, "holder": "", "pledge_id": 12, "lost_cents": 800, "fee_cents": 2_000, "debit": False, "twice_cents": 0,
    "steps": ["Écrivez la référence au dos du chèque."], "own": "http://testserver/dons/jeton", "held": "mardi 1 décembre", "kept": "lundi 30 novembre à 14 h",
    "paper": "http://testserver/dons/jeton/bulletin.pdf", "live": False, "expense": False,
    "alone": False, "why": "refused", "role": "maire", "address": "mairie@exemple.fr",
    "matcher": "Trévoux", "cap_cents": 500_000, "owed_cents": 0, "hidden": True, "signatory": "Hélène Maire",
    "corrected_cents": 500_000, "guarantor": "La commune", "guarantee_cents": 40_000,
    "lines": ["H-000012 : 30 €, Odile Blanc, à recevoir avant le 1er décembre 2026 au soir"], "count": 1, "more": 0,
    "new_note": True, "body": "Les Jardins du Carron", "hours": "12 h", "period": "du 1er au 30 juin 2026", "check": "7K3QD9XW2M", "most": "10 h", "reached": True, "confirm": "31 décembre 2026",
    "time": "3 h", "total": "3 h", "initiative": "La Navette des Hameaux",
    "whose": "La Ferme", "secret": True, "answered": False, "handed": False, "became": "kept",
    "about": "Le four du village", "entries": [["Rose M.", "Qui apporte le bois ?", "official", "/commentaires/1"]], "kind": "initiative",
    "subject_id": 1, "thread_id": 1, "text": "Un mot de trop.", "upheld": True, "href": "/commentaires/1",
    "first": True, "receipt": "http://testserver/dons/jeton/recu",
    "meeting_id": 9, "remote": "https://visio.exemple.fr/1", "seat_of": "Mariam K.", "quorum": "Il n’y a pas de quorum.", "guest": False,
    "proxies": "On ne peut pas donner pouvoir.", "old_title": "La réunion", "moved": True, "given": True, "former": ["Le four (10 min)"],
}  # fmt: skip
"""Something for every word a letter may hold."""
LINES_FROM_A_STRANGER = "Le four\r\nBcc: tous@exemple.fr\r\n\r\nBonjour"


@pytest.fixture
async def mailbox(app: ASGIApp, settings: Settings) -> AsyncIterator[Mailbox]:
    async with listening() as kept:
        settings.smtp_url = kept.url
        yield kept


async def _sent(mailbox: Mailbox, kind: str, locale: str, **other: object) -> tuple[str, str, str]:
    """Subject, text and HTML of what arrived."""
    await send_mail(mail_key=f"{kind}-{locale}", name=kind, to=READER, locale=locale, context={**WORDS, **other})
    message = mailbox.messages[-1]
    assert message["to"] == READER
    assert message["message-id"]
    assert message["date"]
    return str(message["subject"]), text_of(message), html_of(message)


@pytest.mark.one_engine
async def test_every_letter_arrives_as_text_and_html_in_the_readers_language(mailbox: Mailbox) -> None:
    for kind in KINDS:
        french, english = await _sent(mailbox, kind, "fr"), await _sent(mailbox, kind, "en")
        assert french[0], kind
        assert french[0] != english[0], f"{kind}: the same subject in both languages"
        assert french[1] != english[1], f"{kind}: the same text in both languages"
        for subject, text, html in (french, english):
            assert "{" not in subject + text, kind
            assert "None" not in subject + text, f"{kind}: {text}"
            links = re.findall(r"http://testserver/\S+", text)
            assert all(link in html.replace("&amp;", "&") for link in links), f"{kind}: the parts have other links"
        assert re.search(r'lang="fr"', french[2]), kind
        assert re.search(r'lang="en"', english[2]), kind
    assert len(mailbox.messages) == 2 * len(KINDS)


@pytest.mark.one_engine
async def test_a_declined_card_is_offered_only_the_ways_that_are_on_its_page(mailbox: Mailbox) -> None:
    ways = {"by_bank": "confirmer avec votre banque", "card_only": "envoyer un chèque"}
    for by_bank, card_only in ((True, False), (False, True), (False, False)):
        _subject, text, _html = await _sent(mailbox, "campaigns/card_trouble", "fr", by_bank=by_bank, card_only=card_only)
        assert (ways["by_bank"] in text, ways["card_only"] in text) == (by_bank, not card_only)
        assert "prendre une autre carte" in text


@pytest.mark.one_engine
async def test_no_line_of_a_title_becomes_a_header(mailbox: Mailbox) -> None:
    for kind in KINDS:
        others = dict.fromkeys(("title", "question", "committee", "what"), LINES_FROM_A_STRANGER)
        await _sent(mailbox, kind, "fr", **others)
        message, raw = mailbox.messages[-1], mailbox.raw[-1]
        assert message["bcc"] is None, kind
        assert "\n" not in str(message["subject"]), kind
        head = raw.split(b"\r\n\r\n")[0]
        assert b"\nBcc:" not in head, kind
