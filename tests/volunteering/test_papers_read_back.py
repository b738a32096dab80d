"""Every paper of volunteering: each mention that it owes its reader, read back from the file itself."""

from collections.abc import Awaitable, Callable
from datetime import time

import pypdfium2
import pytest

from civic import clock
from civic.organisations.service import name_representative
from civic.people.actor import Actor
from civic.people.models import Person, RoleName
from civic.settings import Settings
from civic.web.formats import day_short, money
from tests.client import Client
from tests.factories import a_person, an_initiative, an_organisation
from tests.factories.attestations import some_hours
from tests.factories.volunteering import a_lead, a_mission, a_signup, in_days
from volunteering.attestations import codes, drawing, queries, service
from volunteering.attestations.content import Content
from volunteering.attestations.models import Attestation
from volunteering.attestations.service import Wanted
from volunteering.hours.models import HoursEntry, TimeKind
from volunteering.hours.words import duration
from volunteering.missions.words import when
from volunteering.shifts import service as shifts
from volunteering.shifts.models import Shift
from volunteering.signups import service as signups
from volunteering.signups.service import Wish, sign_up
from volunteering.valuation import words
from volunteering.valuation.rates import rate_on, value_cents
from volunteering.valuation.report import report_of
from volunteering.volunteers.models import Volunteer

SignIn = Callable[[Person], Awaitable[Client]]
A4 = (595, 842)


def read(pdf: bytes) -> list[str]:
    """The words of each page, in one line each; every page is A4 and the file has a title."""
    file = pypdfium2.PdfDocument(pdf)
    assert file.get_metadata_dict()["Title"]
    assert {tuple(round(side) for side in page.get_size()) for page in file} == {A4}
    return [" ".join(page.get_textpage().get_text_range().split()) for page in file]


def holds(text: str, *mentions: str) -> None:
    missing = [said for said in mentions if " ".join(said.split()) not in text]
    assert not missing, f"{missing} not in: {text}"


async def given(rose: Person) -> Attestation:
    """Two missions, governance and the leading of others, for an association whom Hélène represents."""
    association = await an_organisation("Les Jardins du Carron")
    await name_representative(association, await a_person("Hélène Maire"))
    shuttle = await an_initiative(lead=await a_lead(), organisation=association)
    common = {"organisation": association}
    await some_hours(rose, shuttle, 2.5, role="Accueil", skills=("listening",), **common)  # type: ignore[arg-type]
    await some_hours(rose, shuttle, 3, title="Cuisiner pour la fête", skills=("cooking",), **common)  # type: ignore[arg-type]
    await some_hours(rose, shuttle, 4, title="Bureau", kind=TimeKind.GOVERNANCE, **common)  # type: ignore[arg-type]
    await some_hours(rose, shuttle, 1.25, title="Former les nouveaux", kind=TimeKind.LEADING, **common)  # type: ignore[arg-type]
    (body,) = [one for one in await queries.bodies_of(rose.id) if one.organisation]
    first = clock.today().replace(month=1, day=1)
    return await service.take(Wanted(rose, body, first, clock.today()), Actor(rose))


async def test_an_attestation_says_who_for_whom_how_long_and_by_whom_and_what_it_is_not(
    database: object, app: object
) -> None:
    paper = await given(await a_person("Rose Martin"))
    (text,) = read(await drawing.attestation_paper(paper))
    holds(
        text, "Attestation de bénévolat", "Rose Martin", "Attestation établie par Les Jardins du Carron\u00a0: Rose Martin a donné bénévolement",
        f"10\u00a0h\u00a045 de son temps, du {day_short(paper.first_day)} au {day_short(paper.last_day)}",
        "Bénévole Rose Martin", "Structure Les Jardins du Carron", "Association", "Période", "Temps donné",
    )  # fmt: skip
    holds(text, "Missions", "La navette du samedi", "Accueil", "2\u00a0h\u00a030", "Cuisiner pour la fête", "3\u00a0h", "Total 5\u00a0h\u00a030")
    holds(
        text, "Gouvernance et encadrement, comptés à part", "Bureau", "4\u00a0h", "Former les nouveaux", "1\u00a0h\u00a015",
        "Total 5\u00a0h\u00a015", "Compétences mises en œuvre", "Écouter", "Cuisiner",
    )  # fmt: skip
    holds(
        text, "donné librement, sans contrepartie et sans lien de subordination", "aucune rémunération",
        "ni un contrat ni un certificat de travail", "heures validées par la structure", "Pour Les Jardins du Carron",
        "Hélène Maire", "titulaire, représente Les Jardins du Carron", f"Fait le {day_short(paper.issued_at)}",
        codes.shown(paper.code), "Vérifier ce papier", "Vérification", "http://testserver/attestations",
    )  # fmt: skip
    for never in ("@exemple.fr", "None", "Sélim"):
        assert never not in text, never


async def test_an_attestation_taken_back_says_so_first_with_its_day_and_reason(database: object, app: object) -> None:
    paper = await given(await a_person("Rose Martin"))
    await service.revoke(paper, "Une erreur de personne.", Actor(await a_lead("Agathe Roux")))
    (text,) = read(await drawing.attestation_paper(await Attestation.get(id=paper.id)))
    holds(text, f"ANNULÉE le {day_short(clock.today())}.", "Une erreur de personne.")
    assert text.index("ANNULÉE") < text.index("Attestation établie par")


@pytest.mark.one_engine
async def test_a_skills_sheet_says_what_is_proved_and_what_is_only_said(database: object, sign_in: SignIn) -> None:
    rose = await a_person("Rose Martin")
    await given(rose)
    await Volunteer.create(person=rose, skills=["music", "cooking"], updated_at=clock.now())
    (text,) = read((await (await sign_in(rose)).get("/mon-espace/competences.pdf")).content)
    holds(
        text, "Fiche de compétences", "Rose Martin", "Ce que j’ai mis en œuvre comme bénévole", "Écouter", "2\u00a0h\u00a030",
        "Cuisiner", "3\u00a0h", "Ce que je sais aussi faire", "musique", "Où, et dans quel rôle", "Cuisiner pour la fête",
        "Accueil", "Jours", "Temps", "heures validées par les structures", "Le reste est dit par la personne",
        "attestation de bénévolat : elle porte un code à vérifier",
    )  # fmt: skip
    proved, said = text.split("Ce que je sais aussi faire")
    assert "musique" not in proved
    assert "Cuisiner ·" not in said, "what was done is not said once more"


@pytest.mark.one_engine
async def test_the_sheet_to_sign_has_a_line_for_everybody_by_role_and_none_for_who_left(
    database: object, sign_in: SignIn
) -> None:
    lead = await a_lead()
    mission = await a_mission(lead=lead, place="Place du marché")
    roles = (shifts.RoleWish(6, 1, "Accueil"), shifts.RoleWish(4, 0, "Cuisine"))
    slot = shifts.Slot(in_days(9), time(8), time(11), roles, "Entrée par la cour")
    shift = await Shift.get(id=(await shifts.add(mission, slot)).id).select_related("mission__initiative", "mission__commune")
    first, second = (wish.id for wish in (await shifts.slot_of(shift)).roles)
    camille = await a_signup(shift, await a_person("Camille Rey"))
    group = await sign_up(shift, Actor(await a_person("Odile Martin")), "cle-odile", Wish(second, 3, anyway=True))
    gone = await a_signup(shift, await a_person("Lucien Parti"))
    await signups.step_back(gone, None)
    await signups.hold(shift, "Zoé Blanc", "zoe@exemple.fr", "cle-de-zoe", Wish(first))
    answer = await (await sign_in(lead)).get(f"/missions/{mission.slug}/creneaux/{shift.id}/feuille.pdf")
    text = " ".join(read(answer.content))
    holds(
        text, mission.title, when(shift.starts_at, shift.ends_at), "Place du marché, Trévoux", "Entrée par la cour",
        "Code", "Prénom et nom", "Arrivée", "Départ", "Signature", "Accueil", "Cuisine", f"{camille.code} Camille R.",
        f"{group.code} Odile M., 3 personnes", "Zoé B., à confirmer", "Personnes venues sans s’inscrire",
        "photographiez ce dessin, et recopiez la feuille",
    )  # fmt: skip
    for hidden in ("Rey", "Martin", "Blanc", "Lucien", "exemple.fr"):
        assert hidden not in text, hidden
    assert text.index("Camille R.") < text.index("Cuisine") < text.index("Odile M.")


@pytest.mark.one_engine
async def test_the_yearly_report_holds_what_an_accountant_copies_and_how_it_came_about(
    database: object, sign_in: SignIn, settings: Settings
) -> None:
    rose, agathe = await a_person("Rose Martin"), await a_person("Agathe Roux", "", RoleName.ANIMATOR)
    await given(rose)
    choir = await an_initiative("La Chorale", lead=await a_lead("Lise Petit"))
    alone = await some_hours(rose, choir, 2)
    await HoursEntry.filter(id=alone.id).update(companions=2)
    year, rate = clock.today().year, rate_on(clock.today())
    pages = read((await (await sign_in(agathe)).get(f"/pupitre/benevolat.pdf?annee={year}")).content)
    text, report = " ".join(pages), await report_of(year)
    in_all, garden = 360 + 405, 405
    assert (report.minutes, report.governance_minutes) == (in_all, 240)
    holds(
        text, f"Bilan du bénévolat {year}", "règlement ANC n° 2018-06 (contributions volontaires en nature)",
        "Provisoire", f"Établi par {settings.operator_name}", f"Établi le {day_short(clock.today())}",
        f"du 1ᵉʳ janvier au 31 décembre {year}", f"Temps donné {duration(in_all)}", f"Valeur {money(report.cents)}",
        "864, personnel bénévole", "875, bénévolat", "Sans structure porteuse", "Les Jardins du Carron",
    )  # fmt: skip
    for cents in (value_cents(garden, rate), value_cents(360, rate)):
        holds(text, f"{money(cents)} {money(cents)}")
    assert report.cents == value_cents(garden, rate) + value_cents(360, rate)
    holds(
        text, f"À part : {duration(240)} de gouvernance, soit {money(value_cents(240, rate))}", "Par initiative",
        "La Chorale", "Gouvernance", "La méthode", words.rate_line(rate), *words.method(), "Date et signature, pour la structure",
    )  # fmt: skip
    assert "La méthode" in pages[-1], "nobody signs a page that says nothing"
    assert "Date et signature" in pages[-1]


@pytest.mark.one_engine
async def test_however_many_missions_the_signature_stands_under_what_is_signed_on_one_page(
    database: object, app: object
) -> None:
    paper = await given(await a_person("Rose Martin"))
    said = Content.model_validate(paper.content)
    (line, *_others), seen = said.lines, set()
    for number in range(8, 34):
        many = [line.model_copy(update={"title": f"Mission {one}"}) for one in range(number)]
        paper.content = said.model_copy(update={"lines": many}).model_dump(mode="json")
        pages = read(await drawing.attestation_paper(paper))
        holds(pages[-1], "aucune rémunération", "Hélène Maire", codes.shown(paper.code), "Vérification")
        assert all(f"Mission {one}," in " ".join(pages) for one in range(number))
        seen.add(len(pages))
    assert seen == {1, 2}
