"""The nomenclature of skills, in the words of the territory. Codes are kept, words are translated when shown.

What only a certificate proves is said so; a lead asks to see it on the spot, Civic stores no papers.
"""

from civic.errors import Invalid
from civic.i18n import _

CODES = (
    "first_aid", "driving", "heavy_licence", "youth_leader", "cooking", "food_hygiene", "serving", "till",
    "sewing", "repair", "electronics", "carpentry", "masonry", "gardening", "farming", "animals", "nature_guide",
    "reading_aloud", "teaching", "languages", "sign_language", "music", "sound", "photo", "writing", "drawing",
    "computers", "web", "accounting", "law", "fundraising", "animation", "listening", "care", "coordination",
)  # fmt: skip


def words() -> dict[str, str]:
    """Each code with its words in the reader's language, in the order of the nomenclature."""
    said = {
        "first_aid": _("Premiers secours (PSC1, attestation)"), "driving": _("Conduire (permis B)"),
        "heavy_licence": _("Conduire un minibus ou un camion (permis C ou D)"),
        "youth_leader": _("Encadrer des enfants (BAFA, BAFD)"), "cooking": _("Cuisiner"),
        "food_hygiene": _("Hygiène alimentaire (attestation)"), "serving": _("Servir, tenir une buvette"),
        "till": _("Tenir une caisse"), "sewing": _("Coudre"), "repair": _("Réparer, bricoler"),
        "electronics": _("Électronique"), "carpentry": _("Travailler le bois"), "masonry": _("Maçonnerie, peinture"),
        "gardening": _("Jardiner"), "farming": _("Travail agricole"), "animals": _("S’occuper d’animaux"),
        "nature_guide": _("Connaître la faune et la flore"), "reading_aloud": _("Lire à voix haute, raconter"),
        "teaching": _("Enseigner, aider aux devoirs"), "languages": _("Parler une autre langue"),
        "sign_language": _("Langue des signes"), "music": _("Faire de la musique"), "sound": _("Son et lumière"),
        "photo": _("Photographier, filmer"), "writing": _("Rédiger"), "drawing": _("Dessiner, mettre en page"),
        "computers": _("Aider sur ordinateur et téléphone"), "web": _("Tenir un site, des réseaux sociaux"),
        "accounting": _("Comptabilité"), "law": _("Droit, démarches"),
        "fundraising": _("Monter un dossier de financement"),
        "animation": _("Animer une réunion, un groupe"), "listening": _("Écouter, accompagner"),
        "care": _("Prendre soin (santé, handicap)"), "coordination": _("Coordonner une équipe"),
    }  # fmt: skip
    return {code: said[code] for code in CODES}


def grouped() -> list[tuple[str, list[tuple[str, str]]]]:
    """The nomenclature as a form shows it: a heading, and its (code, words)."""
    known = words()
    groups = (
        (_("Avec les gens"), ("animation", "listening", "care", "youth_leader", "teaching", "reading_aloud",
                              "languages", "sign_language", "first_aid")),
        (_("Cuisine et accueil"), ("cooking", "food_hygiene", "serving", "till")),
        (_("De ses mains"), ("repair", "sewing", "carpentry", "masonry", "electronics", "driving", "heavy_licence")),
        (_("Dehors"), ("gardening", "farming", "animals", "nature_guide")),
        (_("Création"), ("music", "sound", "photo", "drawing", "writing")),
        (_("Bureau et organisation"), ("coordination", "computers", "web", "accounting", "law", "fundraising")),
    )  # fmt: skip
    return [(heading, [(code, known[code]) for code in codes]) for heading, codes in groups]


def said(codes: list[str]) -> list[str]:
    """These skills in the reader's language, in the order of the nomenclature; unknown codes are passed by."""
    known = words()
    return [known[code] for code in CODES if code in codes]


def checked(codes: list[str]) -> list[str]:
    """The same codes, each once, in order. Raises Invalid for one that is not in the nomenclature."""
    if any(code not in CODES for code in codes):
        raise Invalid(_("Choisissez des compétences dans la liste."), field="skills")
    return [code for code in CODES if code in codes]
