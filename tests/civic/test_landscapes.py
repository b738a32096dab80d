import gzip
import re
import xml.etree.ElementTree as ET

import pytest

from civic.landscapes import (
    MOTIFS,
    TOPIC_MOTIFS,
    description,
    motif_for,
    panorama,
    poster,
    scene,
)

TOPICS = [
    "alimentation", "mobilite", "habitat", "energie", "nature", "culture", "education", "petite-enfance",
    "emploi", "solidarite", "sante", "numerique", "reemploi", "tourisme", "citoyennete", "economie-locale",
    "autre",
]
SEEDS = [f"initiative-{number}" for number in range(12)]
EVERY_SCENE = [(seed, motif, night) for motif in MOTIFS for seed in SEEDS[:4] for night in (False, True)]


def drawing(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    for element in root.iter():
        assert not [name for name in element.attrib if name in ("style", "id") or name.startswith("on")]
        assert element.tag.rpartition("}")[2] in ("svg", "title", "g", "path")
    return root


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_reader_always_sees_the_same_picture_of_an_initiative(motif: str) -> None:
    assert scene("four-a-pain", motif) == scene("four-a-pain", motif)
    assert scene("four-a-pain", motif) != scene("velo-cargo", motif)


def test_every_picture_is_sound_and_light_enough_for_an_old_phone() -> None:
    for seed, motif, night in EVERY_SCENE:
        svg = scene(seed, motif, night=night)
        root = drawing(svg)
        assert (root.get("width"), root.get("height")) == ("640", "400")
        assert len(gzip.compress(svg.encode())) <= 4096


def test_no_coordinate_was_broken_in_two_or_glued_together() -> None:
    for seed, motif, night in EVERY_SCENE:
        svg = scene(seed, motif, night=night)
        assert "--" not in svg
        numbers = re.findall(r"\d+", "".join(re.findall(r' d="([^"]*)"', svg)))
        assert max(map(int, numbers)) < 1000


def test_the_night_shows_the_same_place_in_darker_colours() -> None:
    for motif in MOTIFS:
        day, night = scene("etang", motif), scene("etang", motif, night=True)
        assert day != night
        assert re.search(r"translate\([^)]*\)", day)[0] == re.search(r"translate\([^)]*\)", night)[0]  # type: ignore[index]
        assert _sky(night) < 0.35 < 0.6 < _sky(day)


def _sky(svg: str) -> float:
    colour = re.search(r'fill="#(\w+)"', svg)
    assert colour
    digits = colour[1] if len(colour[1]) == 6 else "".join(c * 2 for c in colour[1])
    return sum(int(digits[i : i + 2], 16) for i in (0, 2, 4)) / 765


def test_two_initiatives_on_the_same_page_do_not_look_alike() -> None:
    for motif in MOTIFS:
        assert len({scene(seed, motif) for seed in SEEDS}) == len(SEEDS)
        assert len({_sky(scene(seed, motif)) for seed in SEEDS}) >= 3


def test_the_panorama_of_the_home_page_is_wide_and_light() -> None:
    for night in (False, True):
        svg = panorama("dombes", night=night)
        assert drawing(svg).get("viewBox") == "0 0 1600 420"
        assert len(gzip.compress(svg.encode())) <= 6144
    assert panorama("dombes") == panorama("dombes") != panorama("dombes", night=True)


def test_a_printed_sheet_has_its_own_wide_picture() -> None:
    assert drawing(poster("four-a-pain", "village")).get("viewBox") == "0 0 1200 500"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_its_picture_and_its_sentence(topic: str) -> None:
    motif = motif_for([topic])
    assert motif in MOTIFS
    assert motif == TOPIC_MOTIFS[topic]
    assert description(motif).endswith(".")
    assert "'" not in description(motif)


def test_the_first_known_topic_chooses_the_picture() -> None:
    assert motif_for(["inconnu", "mobilite", "nature"]) == "mobility"
    assert motif_for(["nature", "mobilite"]) == "pond"


def test_an_initiative_without_topic_shows_the_village() -> None:
    assert motif_for([]) == motif_for(["inconnu"]) == "village"
    assert description("inconnu") == description("village")
    assert drawing(scene("x", "inconnu")) is not None


def test_a_hostile_name_never_enters_a_picture() -> None:
    svg = scene('"><script>alert(1)</script>', "<script>")
    assert "script" not in svg
    drawing(svg)
