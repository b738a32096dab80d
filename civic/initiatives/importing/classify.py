"""From a source's categories and words to our topics. Pure functions.

A category that says one thing counts much; a family of categories (« Écologie, Alimentation, Énergie ») says
little and only tips the balance. Words count by where they stand: title, then summary, then description.
"""

import re
from collections import Counter

from civic.i18n import SOURCE, speaking
from civic.initiatives.importing.lexicon import CATEGORIES, FAMILIES, LEXICON
from civic.initiatives.importing.rows import ParsedRow
from civic.initiatives.topics import OTHER, TOPICS, topic_labels
from civic.places.folding import fold

CATEGORY_POINTS = 6
FAMILY_POINTS = 2
PLACES_POINTS = {"title": 4, "summary": 3, "description": 1}
ENOUGH_POINTS = 2
TOPICS_MOST = 3


def topics_of(row: ParsedRow) -> list[str]:
    """One to three topics of a row, the surest first; `autre` alone when nothing is recognised."""
    if chosen := _chosen(row):
        return chosen[:TOPICS_MOST]
    points = Counter[str]()
    for category in {fold(category) for category in row.categories}:
        points.update(dict.fromkeys(CATEGORIES.get(category, ()), CATEGORY_POINTS))
        points.update(dict.fromkeys(FAMILIES.get(category, ()), FAMILY_POINTS))
        if category not in CATEGORIES and category not in FAMILIES:
            points.update(_said(category, CATEGORY_POINTS))
    for place, worth in PLACES_POINTS.items():
        points.update(_said(fold(getattr(row, place)), worth))
    best = max(points.values(), default=0)
    if best < ENOUGH_POINTS:
        return [OTHER]
    kept = [topic for topic in TOPICS if points[topic] >= max(ENOUGH_POINTS, best / 2)]
    return sorted(kept, key=lambda topic: (-points[topic], TOPICS.index(topic)))[:TOPICS_MOST]


def _chosen(row: ParsedRow) -> list[str]:
    """The topics that the source names in our own words (slug or label): its choice wins over any guess."""
    with speaking(SOURCE):
        french = topic_labels()
    ours = {fold(word): topic for topic in TOPICS for word in (topic, french[topic], topic_labels()[topic])}
    found: list[str] = []
    for category in row.categories:
        parts = [category] if fold(category) in ours else category.split(",")
        topics = [ours.get(fold(part)) for part in parts]
        found += [topic for topic in topics if topic] if all(topics) else []
    return list(dict.fromkeys(found))


def _said(folded: str, worth: int) -> dict[str, int]:
    """Points per topic for its distinct words in a folded text, two at most in one place."""
    found = {topic: set(pattern.findall(folded)) for topic, pattern in _PATTERNS.items()}
    return {topic: worth * min(2, len(words)) for topic, words in found.items() if words}


def _pattern(entries: str) -> re.Pattern[str]:
    """A word alone also means its plural; « maraich* » means every word that begins so; « repair_cafe » is a
    phrase.
    """
    words = (entry.replace("_", " ") for entry in entries.split())
    alternatives = (f"{word[:-1]}[a-z0-9]*" if word.endswith("*") else f"{word}[sx]?" for word in words)
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


_PATTERNS = {topic: _pattern(entries) for topic, entries in LEXICON.items()}
