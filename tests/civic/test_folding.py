"""Folding: what people type and what is written meet in the same letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.places.folding import (
    after,
    fold,
    likeness,
    one_slip_apart,
    one_slip_variants,
    slug,
    starts_with_a_slip,
    words,
)

FOLDED = [
    ("Trévoux", "trevoux"),
    ("TRÉVOUX", "trevoux"),
    ("L’Abergement-Clémenciat", "l abergement clemenciat"),
    ("L'Abergement-Clémenciat", "l abergement clemenciat"),
    ("St-Didier-sur-Chalaronne", "saint didier sur chalaronne"),
    ("Ste Croix", "sainte croix"),
    ("STE. CROIX", "sainte croix"),
    ("Œuilly", "oeuilly"),
    ("cœur", "coeur"),
    ("Lætitia", "laetitia"),
    ("L’Haÿ-les-Roses", "l hay les roses"),
    ("Gaël & Zoë", "gael zoe"),
    ("  deux   espaces ", "deux espaces"),
    ("Cre\u0301ton", "creton"),
    ("100\u202f%", "100"),
    ("ﬁlière", "filiere"),
    ("", ""),
    ("… ! ?", ""),
]


@pytest.mark.parametrize(("written", "folded"), FOLDED)
def test_a_name_is_found_however_it_is_written(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert set(once) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")


@given(st.text())
def test_capitals_never_matter(text: str) -> None:
    assert fold(fold(text).upper()) == fold(text)


def test_an_address_holds_no_accent_and_no_space() -> None:
    assert slug("Saint-Étienne-sur-Chalaronne") == "saint-etienne-sur-chalaronne"


@given(st.text(alphabet="az09", min_size=1, max_size=6), st.text(alphabet="az09", min_size=1, max_size=8))
def test_a_range_holds_exactly_the_words_that_begin_so(prefix: str, word: str) -> None:
    assert (prefix <= word < after(prefix)) == word.startswith(prefix)


def test_an_empty_beginning_has_no_range() -> None:
    with pytest.raises(ValueError, match="empty"):
        after("")


SLIPS = [
    ("trevoux", "trevoux", True),
    ("trevoux", "trevou", True),
    ("trevoux", "trevouxx", True),
    ("trevoux", "trefoux", True),
    ("trevoux", "trveoux", True),
    ("trevoux", "tervoux", True),
    ("trevoux", "trefou", False),
    ("velo", "voel", False),
    ("ab", "ba", True),
    ("abc", "cba", False),
    ("", "a", True),
    ("", "ab", False),
]


@pytest.mark.parametrize(("one", "other", "near"), SLIPS)
def test_one_slip_of_the_finger_is_forgiven_and_two_are_not(one: str, other: str, near: bool) -> None:
    assert one_slip_apart(one, other) is near
    assert one_slip_apart(other, one) is near


@given(st.text(alphabet="abc", max_size=5), st.text(alphabet="abc", max_size=5))
def test_the_variants_of_a_word_are_exactly_the_words_one_slip_away(one: str, other: str) -> None:
    assert (other in one_slip_variants(one)) == one_slip_apart(one, other)


def test_a_name_is_recognised_while_it_is_typed_with_a_slip() -> None:
    assert starts_with_a_slip("trevoux", "treb")
    assert starts_with_a_slip("trevoux", "tervou")
    assert not starts_with_a_slip("trevoux", "lyon")


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_fair_to_both_names(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1


def test_words_come_in_order() -> None:
    assert words("Repair-Café de Benet") == ["repair", "cafe", "de", "benet"]
