"""What is said of a campaign elsewhere: the short and the long text of a bulletin, the code of the block."""

from html import escape

from campaigns.lifecycle.models import Campaign
from civic.i18n import _
from civic.settings import settings
from civic.web import urls
from civic.web.formats import money, until
from civic.web.markdown import render

BLOCK_HEIGHT = 270


def address(campaign: Campaign, source: str = "") -> str:
    """The full address of the campaign, naming where it stands written."""
    return urls.absolute("campaigns.show", slug=campaign.slug, src=source)


def place_of(campaign: Campaign) -> str:
    """The commune's name, or nothing. The campaign comes with its initiative and commune."""
    commune = campaign.initiative.commune
    return str(commune.name) if commune else ""


def short_text(campaign: Campaign) -> str:
    """Two sentences and the address."""
    return "\n".join([_headline(campaign), _aim(campaign), address(campaign, "bulletin")])


def long_text(campaign: Campaign) -> str:
    """Half a page for a municipal bulletin: what, why, how much, until when, where."""
    why = str(render(campaign.story).striptags())
    cut = why if len(why) <= 700 else why[:700].rsplit(". ", 1)[0].rstrip(".") + "."
    parts = [_headline(campaign), campaign.summary, cut, _aim(campaign)]
    if campaign.decided_at is None:
        parts.append(_("Si le minimum n’est pas atteint, personne n’est débité. On peut donner dès 1 €, sans compte."))
    parts.append(_("Pour en savoir plus ou donner : %(address)s", address=address(campaign, "bulletin")))
    parts.append(_("Contact : %(email)s", email=settings().contact_email))
    return "\n\n".join(part for part in parts if part)


def _headline(campaign: Campaign) -> str:
    place = place_of(campaign)
    return f"{campaign.title} ({place})" if place else campaign.title


def _aim(campaign: Campaign) -> str:
    if campaign.deadline is None or not campaign.is_open():
        return _("Collecte : %(total)s réunis.", total=money(campaign.shown_cents))
    return _(
        "Collecte solidaire : %(goal)s à réunir avant le %(when)s, %(total)s déjà donnés ou promis.",
        goal=money(campaign.needed_cents), when=until(campaign.deadline), total=money(campaign.shown_cents),
    )  # fmt: skip


def block_code(campaign: Campaign) -> str:
    """The HTML that a town hall pastes into its site."""
    source = escape(urls.absolute("sharing.block", slug=campaign.slug))
    title = escape(_("Collecte : %(title)s", title=campaign.title))
    return (
        f'<iframe src="{source}" title="{title}" width="100%" height="{BLOCK_HEIGHT}" loading="lazy" '
        f'style="border:0;max-width:30rem"></iframe>\n<p><a href="{escape(address(campaign, "bloc"))}">{title}</a></p>'
    )
