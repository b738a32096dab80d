"""The topics of initiatives: slugs that addresses and follows use, and their names on the screen."""

from civic.i18n import _

OTHER = "autre"
TOPICS = (
    "alimentation", "mobilite", "habitat", "energie", "nature", "culture", "education", "petite-enfance",
    "emploi", "solidarite", "sante", "numerique", "reemploi", "tourisme", "citoyennete", "economie-locale",
    OTHER,
)  # fmt: skip


def topic_labels() -> dict[str, str]:
    """Slug → name in the current language, in the order of the lists."""
    return {
        "alimentation": _("Alimentation et agriculture"),
        "mobilite": _("Mobilité"),
        "habitat": _("Habitat"),
        "energie": _("Énergie"),
        "nature": _("Nature et biodiversité"),
        "culture": _("Culture et lieux de rencontre"),
        "education": _("Éducation et formation"),
        "petite-enfance": _("Petite enfance"),
        "emploi": _("Emploi et insertion"),
        "solidarite": _("Solidarité"),
        "sante": _("Santé et bien-être"),
        "numerique": _("Numérique"),
        "reemploi": _("Réemploi et réparation"),
        "tourisme": _("Tourisme et accueil"),
        "citoyennete": _("Citoyenneté"),
        "economie-locale": _("Économie locale"),
        OTHER: _("Autre"),
    }


def topic_label(slug: str) -> str:
    """The name of one topic; an unknown slug is « Autre »."""
    labels = topic_labels()
    return labels.get(slug, labels[OTHER])
