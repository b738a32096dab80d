"""Who may speak for whom: everybody for herself, a substitute for her organisation, a holder for who gave her a proxy.

An elector is one voice, whoever says it. Rows are read here; `answers` and `proxies` write them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tortoise.expressions import Q

from civic.decisions.models import Decision, DecisionStatus, Elector, Proxy, Stance
from civic.errors import DomainError, Forbidden
from civic.i18n import _
from civic.organisations.queries import former_representatives, represented_no_more
from civic.people.models import Person
from civic.web.formats import whose

Heard = tuple[Elector, Person, str]
"""An elector, who may speak for her, and whose voice that is for this person (empty: her own)."""


@dataclass(slots=True)
class Voice:
    """One voice that a person may use now: whose it is, what it says, and the proxy by which it was handed over.

    `elector` is loaded with its person and organisation, `proxy` with its holder's person.
    """

    elector: Elector
    reader_id: int
    stance: Stance | None = None
    proxy: Proxy | None = None

    @property
    def is_own(self) -> bool:
        """The reader sits herself."""
        return self.elector.person_id == self.reader_id

    @property
    def awaits(self) -> bool:
        """It has said nothing yet, and no paper will say it."""
        return self.elector.answered_at is None and self.elector.on_paper_at is None

    @property
    def is_substituted(self) -> bool:
        """The reader is the organisation's substitute."""
        return self.elector.substitute_id == self.reader_id

    @property
    def is_handed_over(self) -> bool:
        """Another person carries it by proxy."""
        return self.proxy is not None and self.proxy.holder.person_id != self.reader_id

    @property
    def title(self) -> str:
        """In whose name she answers."""
        organisation = self.elector.organisation
        if not (self.is_own or self.is_substituted):
            return _("Par procuration %(whose)s", whose=whose(self.elector.person.short_name))
        if organisation is None:
            return _("En votre nom")
        if self.is_own:
            return _("Au nom %(whose)s", whose=whose(organisation.name))
        return _("Au nom %(whose)s, comme suppléant", whose=whose(organisation.name))

    @property
    def whose(self) -> str:
        """Whose voice it is, beside another's: the organisation, or the giver of the proxy; empty for her own."""
        if self.is_own:
            return ""
        organisation = self.elector.organisation
        return organisation.name if organisation else self.elector.person.short_name

    @property
    def said_by(self) -> str:
        """Who said what stands, when it is not the reader."""
        if self.stance is None:
            return ""
        speaker = self.stance.spoken_by or self.elector.person
        return "" if speaker.id == self.reader_id else speaker.short_name


async def spoken_for(decision: Decision, person: Person) -> list[Elector]:
    """The electors of this decision whom this person speaks for, her own seat first."""
    return [voice.elector for voice in await voices([decision.id], person)]


async def speaks(decision: Decision, person: Person) -> bool:
    """Whether she answers for anybody in this decision."""
    return bool(await spoken_for(decision, person))


async def to_speak_for(decision: Decision, person: Person, elector_id: int | None) -> Elector:
    """The elector she answers for: this one, or without a number her own seat, or the only one she speaks for.

    Raises Forbidden.
    """
    found = await spoken_for(decision, person)
    if not found:
        raise Forbidden(_("Répondent les personnes qui siégeaient au comité à l’ouverture de la décision."))
    if elector_id is None and (found[0].person_id == person.id or len(found) == 1):
        return found[0]
    for elector in found:
        if elector.id == elector_id:
            return elector
    raise Forbidden(_("Vous ne portez pas cette voix."))


def check_paper(elector: Elector, *, on_paper: bool) -> None:
    """Who was handed a paper ballot answers on it, who was not answers elsewhere. Raises DomainError."""
    if elector.on_paper_at and not on_paper:
        raise DomainError(_("Un bulletin papier a été remis : c’est lui qui compte, et on ne répond plus à l’écran."))
    if on_paper and not elector.on_paper_at:
        raise DomainError(_("Cette personne n’a pas reçu de bulletin papier."))


async def voices(decision_ids: Iterable[int], person: Person) -> list[Voice]:
    """The voices this person may use in these decisions: her own, as a substitute, by proxy; without what they say."""
    mine = Q(person_id=person.id) | Q(substitute_id=person.id) | Q(id__in=await givers_of(person))
    rows = Elector.filter(mine, decision_id__in=list(decision_ids)).order_by("id")
    electors = await still_speaking(await rows.select_related("person", "organisation"), person)
    found = [Voice(elector, person.id) for elector in electors]
    await with_proxies(found)
    return sorted(found, key=lambda voice: (not voice.is_own, not voice.is_substituted, voice.elector.id))


async def still_speaking(found: list[Elector], person: Person) -> list[Elector]:
    """Without the organisations that named her to speak at the opening, and that she represents no more."""
    if not any(one.organisation_id for one in found):
        return found
    gone = await represented_no_more(person)
    return [one for one in found if one.organisation_id not in gone or not _hers(one, person)]


def _hers(elector: Elector, person: Person) -> bool:
    """She was named to speak for it at the opening, not by proxy."""
    return person.id in (elector.person_id, elector.substitute_id)


async def givers_of(person: Person) -> list[int]:
    """The ids of the electors whose proxy this person carries, in decisions that are open."""
    rows = Proxy.filter(holder__person_id=person.id, revoked_at__isnull=True, decision__status=DecisionStatus.OPEN)
    return [proxy.giver_id for proxy in await rows]


def speakers(elector: Elector, proxy: Proxy | None = None) -> list[tuple[Person, str]]:
    """Who may speak for an elector, each with whose voice it is for them, empty for her own; the persons are loaded."""
    name = elector.organisation.name if elector.organisation else elector.person.short_name
    found = [(elector.person, "")]
    if elector.substitute:
        found.append((elector.substitute, name))
    if proxy:
        found.append((proxy.holder.person, name))
    return found


async def heard_for(found: Iterable[Elector], carried: Mapping[int, Proxy] = MappingProxyType({})) -> list[Heard]:
    """Whom letters about these electors reach, with whose voice it is for them: `speakers`, without who represents the
    organisation no more. `carried`: the proxies that stand, by who gave them."""
    rows = list(found)
    former = await former_representatives({one.organisation_id for one in rows if one.organisation_id})
    return [
        (elector, person, whose)
        for elector in rows for person, whose in speakers(elector, carried.get(elector.id))
        if (elector.organisation_id, person.id) not in former or not _hers(elector, person)
    ]  # fmt: skip


async def proxies_in(decision_id: int) -> list[Proxy]:
    """The proxies that stand in a decision, with their holders."""
    rows = Proxy.filter(decision_id=decision_id, revoked_at__isnull=True)
    return await rows.select_related("holder", "holder__person")


async def with_proxies(found: list[Voice]) -> list[Voice]:
    """The same voices, each with the proxy that stands."""
    by_elector = {voice.elector.id: voice for voice in found}
    if by_elector:
        rows = Proxy.filter(giver_id__in=list(by_elector), revoked_at__isnull=True)
        for proxy in await rows.select_related("holder", "holder__person"):
            by_elector[proxy.giver_id].proxy = proxy
    return found
