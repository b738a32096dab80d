"""The yearly valuation of volunteering."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic import clock
from civic.errors import DomainError
from civic.organisations.models import Organisation, Representative
from civic.people.actor import Actor
from civic.people.models import AuditEntry, Person, RoleName
from civic.settings import Settings, configure
from tests.client import Client
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.hours import some_hours
from tests.factories.volunteering import a_lead
from volunteering.hours import service
from volunteering.hours.freezing import freeze
from volunteering.hours.models import EntryStatus, HoursChange, HoursEntry, TimeKind
from volunteering.valuation import report as reports
from volunteering.valuation.rates import Rate, rate_on, value_cents
from volunteering.valuation.report import Part, Scope, report_of
from volunteering.valuation.words import state

SignIn = Callable[[Person], Awaitable[Client]]


def test_an_hour_counts_for_the_wage_of_its_day(settings: Settings) -> None:
    assert rate_on(date(2024, 10, 31)).cents == 1_165
    assert rate_on(date(2024, 11, 1)).cents == 1_188
    assert rate_on(date(2026, 5, 1)).cents == 1_202
    assert "décret" in rate_on(date(2026, 5, 1)).source
    assert value_cents(90, rate_on(date(2026, 5, 1))) == 1_803


def test_the_host_adds_newer_figures_and_the_employers_share_from_a_day_on(settings: Settings) -> None:
    read = Settings(
        environment="test", data=settings.data, secret_key="t" * 40, base_url="http://testserver",
        hours_rates="2030-01-01 13,5 SMIC horaire brut, décret de 2029", hours_charges="0; 2030-07-01 42",
    )  # type: ignore[arg-type]  # fmt: skip
    configure(read)
    assert rate_on(date(2029, 12, 31)).cents == 1_202
    assert rate_on(date(2030, 2, 1)) == Rate(date(2030, 1, 1), 1_350, "SMIC horaire brut, décret de 2029", 0)
    assert rate_on(date(2030, 8, 1)) == Rate(date(2030, 7, 1), 1_350, "SMIC horaire brut, décret de 2029", 42)
    assert value_cents(60, rate_on(date(2030, 8, 1))) == 1_917
    for wrong in ("2030-01-01 13,5", "2030-01-01 treize source", "bientôt 13 source"):
        with pytest.raises(ValueError, match="hours_rates"):
            Settings(environment="test", data=settings.data, hours_rates=wrong)  # type: ignore[arg-type]


PARTS = st.lists(st.tuples(
    st.sampled_from(["A", "B", "C"]), st.booleans(), st.sampled_from([1_165, 1_188, 1_202]), st.integers(1, 14_400),
), max_size=40)  # fmt: skip


@given(PARTS)
def test_no_minute_and_no_cent_is_lost_or_made_up_on_the_way_to_the_totals(drawn: list[tuple[str, bool, int, int]]) -> None:
    parts = [
        Part("", name, 0, ord(name), governs, Rate(date(2026, 1, 1), cents, "x"), minutes)
        for name, governs, cents, minutes in drawn
    ]
    report = reports.Report(2026, Scope(), parts, reports.grouped(parts))
    assert report.minutes + report.governance_minutes == sum(part.minutes for part in parts)
    assert report.cents == sum(part.cents for part in parts if not part.governance)
    assert report.governance_cents == sum(part.cents for part in parts if part.governance)
    exact = sum(part.minutes * part.rate.cents / 60 for part in parts)
    assert abs(report.cents + report.governance_cents - exact) <= 0.5 * len(parts) + 1e-6
    names = [line.initiative for group in report.groups for line in group.lines]
    assert len(set(names)) == len(names)


async def a_year_of_hours(lead: Person) -> int:
    """Six hours on the shuttle (two persons came along for two of them), three of governance, one refused."""
    year = clock.today().year
    body = await an_organisation("La Régie des Hameaux")
    shuttle, choir = await an_initiative(lead=lead, organisation=body), await an_initiative("La Chorale", lead=lead)
    today = clock.today()
    await some_hours(shuttle, day=today, by=lead)
    together = await some_hours(shuttle, day=today, title="À trois")
    await HoursEntry.filter(id=together.id).update(companions=2)
    await service.validate(await HoursEntry.get(id=together.id), 120, Actor(lead))
    await some_hours(shuttle, minutes=180, day=today, kind=TimeKind.GOVERNANCE, by=lead)
    await some_hours(choir, minutes=45, day=today, kind=TimeKind.LEADING, by=lead)
    await some_hours(choir, minutes=600, day=today, title="Pas encore dit")
    return year


async def test_the_years_report_multiplies_agreed_hours_and_keeps_governance_apart(database: object) -> None:
    lead = await a_lead()
    year = await a_year_of_hours(lead)
    rate = rate_on(clock.today())
    report = await report_of(year)
    assert (report.minutes, report.governance_minutes, report.waiting) == (480 + 45, 180, 600)
    assert report.cents == value_cents(480, rate) + value_cents(45, rate)
    assert report.governance_cents == value_cents(180, rate)
    assert [(group.organisation, group.lines[0].initiative) for group in report.groups] == [
        ("", "La Chorale"), ("La Régie des Hameaux", "La Navette des Hameaux"),
    ]  # fmt: skip
    assert (await report_of(year - 1)).parts == []
    entry = await HoursEntry.filter(organisation_id__isnull=False).first()
    assert entry
    assert (await report_of(year, Scope("initiative", entry.initiative_id))).minutes == 480
    assert (await report_of(year, Scope("organisation", int(entry.organisation_id or 0)))).minutes == 480


async def test_a_year_is_frozen_once_it_is_over_and_its_report_never_changes(database: object) -> None:
    lead = await a_lead()
    year = await a_year_of_hours(lead)
    with pytest.raises(DomainError, match="n’est pas finie"):
        await reports.close(year, Scope(), Actor(lead))
    clock.travel(clock.at(date(year + 1, 1, 5), 12) - clock.now())
    before = await report_of(year)
    assert before.is_over
    assert not before.is_closed
    assert await reports.close(year, Scope(), Actor(lead)) == 4
    assert await reports.close(year, Scope(), Actor(lead)) == 0
    after = await report_of(year)
    assert after.is_closed
    assert after.parts == before.parts
    assert await HoursChange.filter(after="frozen", reason=f"year:{year}").count() == 4
    assert await HoursEntry.filter(status=EntryStatus.PROPOSED).count() == 1
    assert await AuditEntry.filter(act="hours_closed").count() == 2


async def test_hours_that_are_agreed_to_late_change_no_report_that_was_handed_in(database: object, app: object) -> None:
    lead = await a_lead()
    year = await a_year_of_hours(lead)
    late = await HoursEntry.get(title="Pas encore dit").select_related("initiative")
    early = await HoursEntry.filter(status=EntryStatus.VALIDATED).order_by("id").first()
    clock.travel(clock.at(date(year + 1, 1, 5), 12) - clock.now())
    shuttle = Scope("initiative", early.initiative_id)  # type: ignore[union-attr]
    await reports.close(year, shuttle, Actor(lead))
    assert (await report_of(year, shuttle)).is_closed
    assert not (await report_of(year)).is_closed, "the choir's year is still open"
    await reports.close(year, Scope(), Actor(lead))
    before = await report_of(year)
    assert before.is_closed
    assert (before.late, before.waiting) == (0, 600)
    await service.validate(late, 600, Actor(lead))
    newcomer = await an_initiative("Le Jardin", lead=lead)
    await some_hours(newcomer, minutes=300, day=date(year, 12, 30), title="Tout neuf", by=lead)
    assert await reports.close(year, Scope(), Actor(lead)) == 0, "closing again takes nothing in"
    await freeze([late.id], None, "attestation:1")
    after = await report_of(year)
    assert after.is_closed
    assert (after.parts, after.cents, after.late, after.waiting) == (before.parts, before.cents, 900, 0)
    assert "15\u00a0h ont été validées après la clôture" in state(after)
    assert (await report_of(year, shuttle)).late == 0
    clock.travel(timedelta())
    clock.travel(clock.at(date(year + 1, 2, 5), 12) - clock.now())
    assert await reports.close(year, Scope(), Actor(lead)) == 0
    assert (await report_of(year)).cents == before.cents, "the first closing counts, whatever was frozen since"


async def test_a_figure_written_later_changes_no_euro_of_a_year_that_was_closed(
    database: object, settings: Settings
) -> None:
    lead = await a_lead()
    year = await a_year_of_hours(lead)
    clock.travel(clock.at(date(year + 1, 1, 5), 12) - clock.now())
    shuttle = await HoursEntry.filter(organisation_id__isnull=False).first()
    assert shuttle
    own = Scope("initiative", shuttle.initiative_id)
    await reports.close(year, own, Actor(lead))
    open_year, closed = await report_of(year), await report_of(year, own)
    backdated = [(date(year, 1, 1), 5_000, "un décret corrigé")]
    configure(settings.model_copy(update={"hours_rates": backdated, "hours_charges": [(date.min, 42)]}))
    assert (await report_of(year, own)).parts == closed.parts
    assert (await report_of(year, own)).cents == closed.cents
    assert [rate.source for rate in (await report_of(year, own)).rates] == [rate.source for rate in closed.rates]
    assert (await report_of(year)).cents > open_year.cents, "the choir's year is open: it follows the figures"
    choir = next(part for part in (await report_of(year)).parts if part.initiative == "La Chorale")
    assert (choir.rate.cents, choir.rate.charges) == (5_000, 42)
    await reports.close(year, Scope(), Actor(lead))
    whole = await report_of(year)
    assert whole.is_closed
    configure(settings)
    assert (await report_of(year)).parts == whole.parts, "the setting taken away again changes nothing either"


async def test_hours_on_an_attestation_do_not_close_a_year_and_an_empty_year_has_nothing_to_close(
    database: object, app: object
) -> None:
    lead = await a_lead()
    year = clock.today().year
    entry = await some_hours(await an_initiative(lead=lead), day=clock.today(), by=lead)
    await freeze([entry.id], None, "attestation:1")
    clock.travel(clock.at(date(year + 1, 1, 5), 12) - clock.now())
    report = await report_of(year)
    assert (report.is_closed, report.open_lines) == (False, 1)
    assert await reports.close(year, Scope(), Actor(lead)) == 0
    assert (await report_of(year)).is_closed
    with pytest.raises(DomainError, match="rien à figer"):
        await reports.close(year - 3, Scope(), Actor(lead))


@pytest.mark.one_engine
async def test_the_team_reads_the_page_signs_the_pdf_and_opens_the_sheet(database: object, sign_in: SignIn) -> None:
    lead, agathe = await a_lead(), await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    year = await a_year_of_hours(lead)
    trap = await an_initiative("=HYPERLINK(1)", lead=lead)
    await some_hours(trap, by=lead)
    browser = await sign_in(agathe)
    page = (await browser.get(f"/pupitre/benevolat?annee={year}")).text
    assert "La Régie des Hameaux" in page
    assert "Provisoire" in page
    assert "10\u00a0h attendent une validation" in page
    assert "Oui, figer" not in page
    assert f"paraît ici le 1ᵉʳ\u00a0janvier {year + 1}" in page
    assert "Ce que ce temps vaut" in page
    pdf = await browser.get(f"/pupitre/benevolat.pdf?annee={year}")
    pages = pypdfium2.PdfDocument(pdf.content)
    text = " ".join(" ".join(one.get_textpage().get_text_range() for one in pages).split())
    for words in ("personnel bénévole", "864", "875", "ANC n° 2018-06", "SMIC horaire brut", "Gouvernance", "La Chorale"):
        assert words in text, words
    sheet = (await browser.get(f"/pupitre/benevolat.csv?annee={year}")).text
    assert "'=HYPERLINK(1)" in sheet
    assert f"{year};La Régie des Hameaux;La Navette des Hameaux;activité;8,00;480;" in sheet
    assert "gouvernance" in sheet
    assert {row.act for row in await AuditEntry.all()} >= {"valuation_printed", "valuation_exported"}
    early = await browser.submit(f"/pupitre/benevolat/figer?annee={year}", {})
    assert early.status_code == 303
    clock.travel(timedelta(days=370))
    later = await sign_in(agathe)
    assert "Oui, figer" in (await later.get(f"/pupitre/benevolat?annee={year}")).text


@pytest.mark.one_engine
async def test_the_treasurer_finds_the_report_where_she_looks_for_it(database: object, sign_in: SignIn) -> None:
    for role in (RoleName.TREASURER, RoleName.ANIMATOR):
        browser = await sign_in(await a_person("Dominique Roy", f"{role.value}@exemple.fr", role))
        for path in ("/tresorerie", "/pupitre"):
            assert 'href="/pupitre/benevolat"' in (await browser.get(path)).text, (role, path)


@pytest.mark.one_engine
async def test_a_year_without_hours_has_nothing_left_to_freeze(database: object, sign_in: SignIn) -> None:
    browser = await sign_in(await a_person("Agathe Roux", "", RoleName.ANIMATOR))
    page = (await browser.get(f"/pupitre/benevolat?annee={clock.today().year - 1}")).text
    assert "Aucune heure validée" in page
    assert "Provisoire" not in page


@pytest.mark.one_engine
async def test_a_lead_reads_her_own_initiatives_report_and_no_other(database: object, sign_in: SignIn) -> None:
    lead = await a_lead()
    initiative = await an_initiative(lead=lead)
    await some_hours(initiative, by=lead)
    year = clock.today().year
    browser = await sign_in(lead)
    found = (await browser.get(f"/initiatives/{initiative.slug}/heures/bilan?annee={year}")).text
    assert "2\u00a0h" in found
    assert (await browser.get(f"/initiatives/{initiative.slug}/heures/bilan.csv?annee={year}")).status_code == 200
    assert (await browser.get("/pupitre/benevolat")).status_code == 403
    other = await an_initiative("Une autre")
    assert (await browser.get(f"/initiatives/{other.slug}/heures/bilan")).status_code == 403


@pytest.mark.one_engine
async def test_who_represents_an_organisation_reads_what_its_initiatives_were_given(
    database: object, sign_in: SignIn
) -> None:
    lead, odile = await a_lead(), await a_person("Odile Martin")
    year = await a_year_of_hours(lead)
    body = await Organisation.get(name="La Régie des Hameaux")
    other = await an_organisation("La Chorale du Val")
    path = f"/annuaire/{body.slug}/benevolat"
    stranger = await sign_in(odile)
    assert (await stranger.get(path)).status_code == 403
    mandate = await Representative.create(
        organisation=body, person=odile, is_titular=False, from_on=clock.today() - timedelta(days=30)
    )
    page = (await stranger.get(f"{path}?annee={year}")).text
    assert "La Navette des Hameaux" in page
    assert "La Chorale" not in page, "another body's initiative"
    assert "8\u00a0h" in page
    assert f"/annuaire/{body.slug}/benevolat.pdf?annee={year}" in page
    assert "8,00;480;" in (await stranger.get(f"{path}.csv?annee={year}")).text
    pdf = await stranger.get(f"{path}.pdf?annee={year}")
    assert pdf.headers["content-type"] == "application/pdf"
    assert {row.subject for row in await AuditEntry.filter(act__startswith="valuation")} == {f"organisation:{body.id}"}
    assert path in (await stranger.get("/mon-espace")).text
    assert (await stranger.get(f"/annuaire/{other.slug}/benevolat")).status_code == 403
    assert (await stranger.get("/pupitre/benevolat")).status_code == 403
    clock.travel(clock.at(date(year + 1, 1, 5), 12) - clock.now())
    later = await sign_in(odile)
    found = (await later.get(f"{path}?annee={year}")).text
    assert "Provisoire" in found
    assert "Figer l’année" not in found, "the team and the leads close a year"
    await Representative.filter(id=mandate.id).update(until_on=clock.today() - timedelta(days=1))
    assert (await later.get(path)).status_code == 403, "her mandate is over"
