"""Text as people type it: folded for comparison, and tolerant of one slip of the finger. Pure functions.

Folding keeps only `a-z`, `0-9` and single spaces, so that both database engines sort and compare it in the
same way.
"""

import unicodedata
from string import ascii_lowercase

_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
        "ß": "ss",
        "ø": "o",
        "Ø": "o",
        "ł": "l",
        "Ł": "l",
        "đ": "d",
        "Đ": "d",
    }
)
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ALPHABET = frozenset(ascii_lowercase + "0123456789")


def fold(text: str) -> str:
    """The text without accents, ligatures, apostrophes, hyphens or capitals; « St » is « saint », « Ste » is
    « sainte ».

    « L’Hôpital-St-Blaise » becomes « l hopital saint blaise ». Folding twice changes nothing.
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    if text.isascii():
        plain = text.lower()
    else:
        plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).lower()
    letters = []
    for letter in plain:
        if letter in _ALPHABET:
            letters.append(letter)
        elif not unicodedata.combining(letter):
            letters.append(" ")
    return [_SAINTS.get(word, word) for word in "".join(letters).split()]


def slug(text: str) -> str:
    """The text as a part of an address: « Trévoux » becomes « trevoux », « St-Denis » becomes « saint-denis
    ».
    """
    return fold(text).replace(" ", "-")


def after(prefix: str) -> str:
    """The first folded word that follows all words starting with `prefix`: the open end of a range.

    Folded words hold only letters and digits, which every collation sorts alike, so `word >= prefix and
    word < after(prefix)` uses the index on both engines where LIKE would not. Raises ValueError when empty.
    """
    if not prefix:
        raise ValueError("an empty prefix has no end")
    order = "0123456789" + ascii_lowercase
    last = prefix[-1]
    if last == "z":
        return after(prefix[:-1]) if prefix.strip("z") else prefix + "z" * 60
    return prefix[:-1] + order[order.index(last) + 1]


def one_slip_apart(one: str, other: str) -> bool:
    """True for equal words, or with one letter added, missing or changed, or two neighbours swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    shortest = min(len(one), len(other))
    while start < shortest and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) != len(other):
        return one[1:] == other or one == other[1:]
    return one[1:] == other[1:] or (one[:2] == other[:2][::-1] and one[2:] == other[2:])


def starts_with_a_slip(word: str, typed: str) -> bool:
    """True if `word` begins with what was typed, give or take one slip: « treb » begins « trevoux »."""
    size = len(typed)
    return any(one_slip_apart(word[:length], typed) for length in (size, size - 1, size + 1))


def one_slip_variants(word: str) -> set[str]:
    """Every string one slip away from the word, itself included (about 55 per letter)."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return (
        {word}
        | {left + right[1:] for left, right in cuts if right}
        | {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
        | {left + letter + right[1:] for left, right in cuts if right for letter in ascii_lowercase}
        | {left + letter + right for left, right in cuts for letter in ascii_lowercase}
    )


def trigrams(word: str) -> set[str]:
    """The groups of three letters inside a word: « velo » holds « vel » and « elo »."""
    return {word[at : at + 3] for at in range(len(word) - 2)}


def likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: shared trigrams of the folded texts (Dice), whatever the word
    order.
    """
    if fold(one) == fold(other):
        return 1.0
    mine, theirs = _padded_trigrams(one), _padded_trigrams(other)
    if not mine or not theirs:
        return 0.0
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _padded_trigrams(text: str) -> set[str]:
    return {gram for word in words(text) for gram in trigrams(f"  {word} ")}
