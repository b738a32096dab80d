"""Why somebody is proposed, in a sentence for the coordinator: what she said of herself and nothing else."""

from civic.i18n import _
from civic.web import formats
from volunteering.missions import skills
from volunteering.volunteers.matching import Fit


def reason(fit: Fit) -> str:
    """« Sait coudre et conduire, disponible à ce moment-là, à 4 km. »"""
    parts = [
        _("sait faire : %(skills)s", skills=_listed(fit.skills)) if fit.skills else "",
        _("disponible à ce moment-là") if fit.starts_at else "",
        _place(fit),
        _("peut venir sans voiture") if fit.car_free else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"{formats.opening(said)}." if said else ""


def _listed(codes: tuple[str, ...]) -> str:
    return ", ".join(word[:1].lower() + word[1:] for word in skills.said(list(codes)))


def _place(fit: Fit) -> str:
    if fit.remote:
        return _("la mission se fait à distance")
    if fit.km is None:
        return ""
    return _("à %(km)s", km=formats.km(round(fit.km))) if round(fit.km) else _("dans la même commune ou tout près")
