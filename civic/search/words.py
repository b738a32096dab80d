"""From text to words that count, and from typed words to words that may be meant. Pure functions."""

from collections import Counter
from collections.abc import Iterable

from civic.places.folding import one_slip_apart, words

LONGEST = 40
TITLE_WEIGHT = 5
REPEATED_MOST = 3
TERMS_MOST = 8
TEXT_MOST = 20_000
STEM_FROM = 4
PART_FROM = 4
SLIP_FROM = 4

EXACT, BEGINNING, SLIP, PART = 12, 8, 5, 4

COMMON = frozenset(
    words(
        """
        a au aux avec c ce ces cette d dans de des du elle en est et eux il ils j
        je l la le les leur leurs
        lui m ma mais me mes mon n ne nos notre nous on ont ou par pas pour qu
        que qui s sa sans se ses son sont
        sur t ta te tes ton tu un une vos votre vous y the of and to in for with is are
        """
    )
)


def stem(word: str) -> str:
    """The word without the mark of the plural: « jardins » is « jardin », « bateaux » is « bateau »."""
    if len(word) >= STEM_FROM and (
        word.endswith(("eaux", "eux")) or (word.endswith("s") and not word.endswith("ss"))
    ):
        return word[:-1]
    return word


def terms(query: str) -> list[str]:
    """The words of a query that count, each once, in order: eight at most, without the common ones."""
    found = (word[:LONGEST] for word in words(query[:400]) if word not in COMMON)
    return list(dict.fromkeys(found))[:TERMS_MOST]


def weights(title: str, text: str) -> dict[str, int]:
    """How much each word counts in a document: 5 in the title, plus how often it is said in the text, at most
    3.
    """
    weight: Counter[str] = Counter()
    for word, times in Counter(_counting(words(text[:TEXT_MOST]))).items():
        weight[word] += min(times, REPEATED_MOST)
    for word in set(_counting(words(title[:1000]))):
        weight[word] += TITLE_WEIGHT
    return dict(weight)


def likeness(word: str, term: str) -> int:
    """How well an indexed word answers a typed term: the word itself, its beginning, a slip, a part; 0 if not
    at all.
    """
    if word in (term, stem(term)):
        return EXACT
    if len(term) > 1 and word.startswith(term):
        return BEGINNING
    if len(term) >= SLIP_FROM and (one_slip_apart(word, term) or one_slip_apart(word, stem(term))):
        return SLIP
    if len(term) >= PART_FROM and stem(term) in word:
        return PART
    return 0


def _counting(found: Iterable[str]) -> Iterable[str]:
    return (stem(word[:LONGEST]) for word in found if word not in COMMON)
