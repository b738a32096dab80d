"""What the valuation shows on the pages of the common ground."""

from civic.i18n import _
from civic.web import urls


async def team_reports() -> list[tuple[str, str]]:
    """The network's report of volunteering, for the team and the treasurer."""
    said = _("Bilan du bénévolat : le temps donné et sa valeur (comptes 864 et 875)")
    return [(said, urls.path("valuation.network"))]
