"""Which motif stands for which topic, and the sentence that describes it to who cannot see it."""

from collections.abc import Callable, Iterable

from civic.landscapes import motifs_home, motifs_land, motifs_together, motifs_work
from civic.landscapes.canvas import Canvas
from civic.landscapes.dice import Dice

Motif = Callable[[Canvas, Dice], None]

_MOTIFS: dict[str, tuple[Motif, str]] = {
    "market": (motifs_land.market, "Un étal de légumes et de fruits au milieu des champs."),
    "orchard": (motifs_land.orchard, "Un verger et son potager, avec une échelle et des paniers de pommes."),
    "pond": (motifs_land.pond, "Un grand héron au bord d’un étang, sous un chêne."),
    "energy": (motifs_land.energy, "Une grange au toit solaire, près d’une éolienne."),
    "walk": (motifs_land.walk, "Deux marcheuses devant un poteau de sentier et une tente."),
    "mobility": (motifs_work.mobility, "Une navette de village et un vélo sur la route."),
    "workshop": (motifs_work.workshop, "Un atelier de réparation, son établi et une roue de vélo."),
    "coworking": (motifs_work.coworking, "Deux personnes travaillent ensemble dans une maison de village."),
    "training": (motifs_work.training, "Un atelier aux toits en dents de scie, où l’on apprend un métier."),
    "shop": (motifs_work.shop, "Une boutique de village, sa vitrine et sa terrasse."),
    "housing": (motifs_home.housing, "Une maison de pisé dont des habitants refont le toit."),
    "village": (motifs_home.village, "Un village de la Dombes avec son clocher et son four à pain."),
    "children": (motifs_home.children, "Une petite maison et des enfants qui jouent au cerf-volant."),
    "school": (motifs_home.school, "Une école de village, sa cloche et sa marelle."),
    "care": (motifs_home.care, "Un banc sous un arbre en forme de cœur, où deux personnes se parlent."),
    "stage": (motifs_together.stage, "Une scène en plein air avec ses rideaux et ses fanions."),
    "feast": (motifs_together.feast, "Une grande tablée sous des lampions."),
    "solidarity": (motifs_together.solidarity, "Des habitants se passent des cartons de vêtements."),
    "assembly": (motifs_together.assembly, "Des habitants assis en cercle sous un tilleul pour décider."),
}

MOTIFS: tuple[str, ...] = tuple(_MOTIFS)

TOPIC_MOTIFS: dict[str, str] = {
    "alimentation": "market",
    "mobilite": "mobility",
    "habitat": "housing",
    "energie": "energy",
    "nature": "pond",
    "culture": "stage",
    "education": "school",
    "petite-enfance": "children",
    "emploi": "training",
    "solidarite": "solidarity",
    "sante": "care",
    "numerique": "coworking",
    "reemploi": "workshop",
    "tourisme": "walk",
    "citoyennete": "assembly",
    "economie-locale": "shop",
    "autre": "village",
}


def motif_for(topics: Iterable[str]) -> str:
    """The motif of the first topic that has one; the village when none has."""
    return next((TOPIC_MOTIFS[topic] for topic in topics if topic in TOPIC_MOTIFS), "village")


def description(motif: str) -> str:
    """A French sentence that says what the motif shows, for the alternative text of the picture.

    An unknown motif is described like the village that is drawn for it.
    """
    return _MOTIFS.get(motif, _MOTIFS["village"])[1]


def painter(motif: str) -> Motif:
    """The function that paints a motif; the village for an unknown word."""
    return _MOTIFS.get(motif, _MOTIFS["village"])[0]
