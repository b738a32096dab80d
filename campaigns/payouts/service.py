"""The verbs of spending: ask, permit, declare, verify, undo, report, close. Each locks the campaign's row first."""

import hashlib
from datetime import date

from tortoise.expressions import Q

from campaigns import two_persons
from campaigns.ledger import service as ledger
from campaigns.ledger.models import AccountKind, Entry
from campaigns.ledger.service import Amount
from campaigns.lifecycle.models import Campaign, CampaignStatus, CostLine
from campaigns.lifecycle.transitions import By, move
from campaigns.payouts import holding, letters, queries
from campaigns.payouts.forms import ExpenseForm, ReportForm, TrancheForm
from campaigns.payouts.models import Answer, ClosingReport, Expense, Tranche
from campaigns.settlement.crash import crash_point
from campaigns.two_persons import TwoPersons
from civic import clock
from civic.database import retrying, transaction
from civic.decisions.models import Decision
from civic.errors import DomainError, Invalid
from civic.i18n import _
from civic.media.models import Picture
from civic.media.service import move_away
from civic.people.actor import Actor, must_be_another
from civic.people.service import audit
from civic.web.formats import money

KIND = "expense"


@retrying
async def ask(campaign: Campaign, actor: Actor, form: TrancheForm) -> Tranche:
    """Ask for the permission to spend. Raises Invalid, or DomainError when the campaign's money is not there yet."""
    async with transaction():
        campaign = await _hold(campaign, queries.spending_states(campaign))
        if campaign.payee_id:
            raise DomainError(_(
                "Cet argent est celui de la structure (%(who)s) : il se dépense sans la permission du site.",
                who=campaign.beneficiary,
            ))  # fmt: skip
        line = await _line(campaign, form.cost_line)
        decision = await _decision(campaign, form.decision)
        commitment = await holding.commitment_to_wait_for(campaign, form.commitment)
        await _within_purse(campaign, form.amount)
        tranche = await Tranche.create(
            campaign=campaign, cost_line=line, decision=decision, commitment=commitment, amount_cents=form.amount,
            purpose=form.purpose, asked_by=actor.hand, asked_at=clock.now(),
        )  # fmt: skip
        await letters.asked(campaign, tranche, actor.hand, decision)
        return tranche


@retrying
async def answer(campaign: Campaign, tranche: Tranche, actor: Actor, said: Answer, reason: str) -> None:
    """Permit or refuse a tranche.

    Raises Invalid, or DomainError when its decision or the money is missing, or its commitment is not kept.
    """
    _reason_for(said, reason)
    async with transaction():
        campaign = await _hold(campaign, queries.spending_states(campaign))
        if said == Answer.ACCEPTED:
            if tranche.decision_id and not (await Decision.get(id=tranche.decision_id)).is_adopted:
                raise DomainError(_("La décision dont dépend cette somme n’est pas adoptée. Attendez son résultat."))
            await _within_purse(campaign, tranche.amount_cents)
        await _answer(tranche, actor, holding.free(said), status=said, reason=reason)
        await audit(actor, f"tranche_{said.value}", f"campaign:{campaign.id}", tranche=tranche.id)
        await letters.answered(campaign, tranche, said.value, reason)
        crash_point("tranche_answered")


@retrying
async def declare(campaign: Campaign, actor: Actor, form: ExpenseForm, evidence: Picture) -> Expense:
    """Say what was spent. Raises Invalid for a day to come, or more than is permitted on its cost line."""
    if form.paid_on > clock.today():
        raise Invalid(_("Ce jour n’est pas encore venu."), field="paid_on")
    async with transaction():
        campaign = await _hold(campaign, queries.spending_states(campaign))
        line = await _line(campaign, form.cost_line)
        said = f"{form.key} {campaign.id} {line.id} {form.amount} {form.paid_on} {form.what}"
        key = hashlib.sha256(said.encode()).hexdigest()  # the page may be kept by the browser, and say something else
        known = await Expense.get_or_none(form_key=key)
        if known:
            return known
        found = next(one for one in await queries.lines_of(campaign) if one.line.id == line.id)
        if campaign.payee_id is None and form.amount > found.open_cents:
            raise Invalid(await _not_permitted(line.id, max(0, found.open_cents)), field="amount")
        await _within_fund(campaign, form.amount)
        expense = await Expense.create(
            campaign=campaign, cost_line=line, amount_cents=form.amount, paid_on=form.paid_on, what=form.what,
            evidence=evidence, form_key=key, asked_by=actor.hand, asked_at=clock.now(), hidden=form.hidden,
        )  # fmt: skip
        await letters.asked(campaign, expense, actor.hand)
        return expense


async def _not_permitted(line_id: int, left_cents: int) -> str:
    """Why this expense cannot be declared yet, and what to do."""
    left = money(left_cents)
    if await Tranche.exists(cost_line_id=line_id, status=Answer.ASKED):
        return _(
            "La permission de dépenser sur cette ligne est de %(left)s. "
            "Votre demande attend encore sa réponse.", left=left,
        )  # fmt: skip
    return _("La permission de dépenser sur cette ligne est de %(left)s. Demandez-en une autre d’abord.", left=left)


@retrying
async def check(campaign: Campaign, expense: Expense, actor: Actor, said: Answer, reason: str) -> None:
    """Verify an expense, which books it, or refuse it with a reason. Raises Invalid or DomainError."""
    _reason_for(said, reason)
    async with transaction():
        campaign = await _hold(campaign, queries.spending_states(campaign))
        await _answer(expense, actor, status=said, reason=reason)
        crash_point("expense_answered")
        if said == Answer.ACCEPTED:
            cents = expense.amount_cents
            await _within_fund(campaign, cents)
            amounts = [Amount(AccountKind.EXPENSE_PAID, cents), Amount(AccountKind.BANK, -cents)]
            await ledger.book(
                KIND, KIND, str(expense.id), amounts, campaign=campaign.id, actor=actor.person.id,
                occurred_at=clock.at(_day(expense.paid_on), 12),
            )  # fmt: skip
            crash_point("expense_booked")
        await audit(actor, f"expense_{said.value}", f"campaign:{campaign.id}", expense=expense.id)
        await letters.answered(campaign, expense, said.value, reason)


@retrying
async def undo(campaign: Campaign, expense: Expense, actor: Actor, reason: str) -> None:
    """Undo a verified expense by a reversal, with a reason. Raises DomainError when it is not verified."""
    async with transaction():
        campaign = await _hold(campaign, queries.spending_states(campaign))
        rows = Expense.filter(id=expense.id, status=Answer.ACCEPTED)
        if not await rows.update(status=Answer.UNDONE, reason=reason):
            raise DomainError(_answered())
        entry = await Entry.get(source_type=KIND, source_id=str(expense.id), kind=KIND)
        await ledger.reverse(entry, actor=actor.person.id)
        await audit(actor, "expense_undone", f"campaign:{campaign.id}", expense=expense.id, reason=reason)
        await letters.answered(campaign, expense, Answer.UNDONE.value, reason)


@retrying
async def show_evidence(campaign: Campaign, expense: Expense, actor: Actor, *, hidden: bool) -> None:
    """Hide an evidence that shows personal data, or publish it again; a hidden one changes its address."""
    async with transaction():
        if not await Expense.filter(id=expense.id, hidden=not hidden).update(hidden=hidden):
            return
        if hidden:
            await move_away(await Picture.get(id=expense.evidence_id))
        act = "evidence_hidden" if hidden else "evidence_published"
        await audit(actor, act, f"campaign:{campaign.id}", expense=expense.id)


@retrying
async def report(campaign: Campaign, actor: Actor, form: ReportForm) -> None:
    """Send the closing report: funded (a monthly support: cancelled) → reporting.

    A report sent again replaces the one that is not accepted yet.
    Raises Invalid when money is left and no decision of the contributors is named, or one that serves another report.
    """
    async with transaction():
        campaign = await _hold(campaign, queries.reporting_states(campaign))
        decision = await _decision(campaign, form.decision)
        left = (await queries.purse_of(campaign)).left
        if left > 0 and (decision is None or not form.surplus_use):
            raise Invalid(_(
                "Il reste %(left)s. Nommez la décision des contributeurs et écrivez ce qu’ils en font.",
                left=money(left),
            ), field="decision" if decision is None else "surplus_use")  # fmt: skip
        if left > 0 and decision and (other := await queries.report_by(decision, campaign)):
            raise Invalid(_spent(other), field="decision")
        values = {
            "text": form.text, "decision": decision, "surplus_use": form.surplus_use, "surplus_cents": max(0, left),
            "asked_by": actor.hand, "asked_at": clock.now(),
        }  # fmt: skip
        await ClosingReport.update_or_create(defaults=values, campaign_id=campaign.id)
        if campaign.status != CampaignStatus.REPORTING:
            await move(campaign, CampaignStatus.REPORTING, by=By.LEAD, actor=actor.person)


@retrying
async def close(campaign: Campaign, actor: Actor, seen: str) -> None:
    """Accept the report sent at the instant `seen`: reporting → closed, by somebody else.

    Raises DomainError naming what is still open, or when the report was sent again since.
    """
    async with transaction():
        campaign = await _hold(campaign, frozenset({CampaignStatus.REPORTING}))
        found = await queries.report_of(campaign.id)
        if found is None:
            raise DomainError(_("Le bilan n’est pas encore écrit."))
        own = _("Une autre personne que celle qui a écrit le bilan clôt la collecte.")
        must_be_another(actor, found.asked_by_id, own)
        if found.asked_at.isoformat() != seen:
            raise DomainError(_("Le bilan a été renvoyé entre-temps. Relisez-le avant de clore."))
        open_rows = Expense.filter(campaign_id=campaign.id, status=Answer.ASKED)
        if await open_rows.exists() or await Tranche.filter(campaign_id=campaign.id, status=Answer.ASKED).exists():
            raise DomainError(_("Une demande ou une dépense attend encore une réponse."))
        left = max(0, (await queries.purse_of(campaign)).left)
        if left != found.surplus_cents:
            raise DomainError(_("Les comptes ont changé depuis le bilan. Son auteur doit le renvoyer."))
        if left and not (found.decision and found.decision.is_adopted):
            raise DomainError(_("La décision des contributeurs sur ce qui reste n’est pas adoptée."))
        if left and found.decision and (other := await queries.report_by(found.decision, campaign)):
            raise DomainError(_spent(other))  # both were sent at once
        await _answer(found, actor)
        await move(campaign, CampaignStatus.CLOSED, by=By.TEAM, actor=actor.person)
        await audit(actor, "campaign_closed", f"campaign:{campaign.id}")


async def _hold(campaign: Campaign, states: frozenset[CampaignStatus]) -> Campaign:
    """Lock the campaign's row (docs/locking.md) and read it anew. Raises DomainError outside these states."""
    if not await Campaign.filter(id=campaign.id, status__in=list(states)).update(updated_at=clock.now()):
        raise DomainError(_("Cette étape n’est pas possible dans l’état actuel de la collecte."))
    return await Campaign.get(id=campaign.id)


async def _line(campaign: Campaign, line_id: int) -> CostLine:
    line = await CostLine.get_or_none(id=line_id, campaign_id=campaign.id)
    if line is None:
        raise Invalid(_("Choisissez une ligne de dépense."), field="cost_line")
    return line


async def _decision(campaign: Campaign, decision_id: int) -> Decision | None:
    found = [one for one in await queries.decisions_for(campaign) if one.id == decision_id]
    if decision_id and not found:
        raise Invalid(_("Choisissez une décision d’un comité de cette initiative."), field="decision")
    return found[0] if found else None


async def _within_purse(campaign: Campaign, cents: int) -> None:
    free = (await queries.purse_of(campaign)).free
    if cents > free:
        left = money(max(0, free))
        raise Invalid(_("Il n’y a que %(left)s à répartir pour l’instant.", left=left), field="amount")


async def _within_fund(campaign: Campaign, cents: int) -> None:
    """A permission may be older than a refund: nothing is spent that is no longer there (invariant 18)."""
    there = (await queries.purse_of(campaign)).spendable
    if cents > there:
        left = money(max(0, there))
        raise Invalid(_("Il ne reste que %(left)s dans cette collecte pour cette dépense.", left=left), field="amount")


def _reason_for(said: Answer, reason: str) -> None:
    if said == Answer.REFUSED and len(reason) < 5:
        raise Invalid(_("Écrivez la raison du refus."), field="reason")


async def _answer(row: TwoPersons, actor: Actor, only: Q | None = None, /, **said: object) -> None:
    """Nobody answers herself, nobody twice. Raises Forbidden or DomainError."""
    if not await two_persons.answer(row, actor, queries.own(), only, **said):
        held = only is not None and await Tranche.exists(id=row.pk, status=Answer.ASKED)
        raise DomainError(holding.held() if held else _answered())


def _spent(other: Campaign) -> str:
    return _(
        "Cette décision sert déjà au bilan de « %(title)s ». Une décision règle un seul reste : ouvrez un vote pour "
        "celui-ci.", title=other.title,
    )  # fmt: skip


def _answered() -> str:
    return _("Quelqu’un a déjà répondu. Rechargez la page.")


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
