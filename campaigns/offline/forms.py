"""Shapes of what a lead types at a stall and of what a treasurer sends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, EmailStr, Field
from starlette.requests import Request

from campaigns.identity import DonorForm, DonorKind
from campaigns.money import parse_euros
from campaigns.offline.layouts import ROLES
from campaigns.offline.models import LEAST_CENTS, MOST_CENTS, Mode
from campaigns.offline.service import Entry
from civic import clock
from civic.errors import Invalid
from civic.i18n import _
from civic.people.forms import Name
from civic.places import queries as places
from civic.web.formats import money
from civic.web.forms import Form

LINES, MOST_LINES = 5, 30
IDENTITY = ("street", "postcode", "city", "legal_form", "siren")
FIELDS = (
    "name", "amount", "mode", "email", "reference", "number", "thanked", "public_name", "amount_hidden", *IDENTITY,
)  # fmt: skip
MATTER = ("name", "amount", "number", "email", "reference", "street", "siren")
_PROMISE = re.compile(r"\s*[hp][\s-]?\d", re.IGNORECASE)


def _cents(value: object) -> object:
    if not isinstance(value, str):
        return value
    cents = parse_euros(value).cents
    if not LEAST_CENTS <= cents <= MOST_CENTS:
        raise Invalid(_("Le don va de %(least)s à %(most)s.", least=money(LEAST_CENTS), most=money(MOST_CENTS)))
    return cents


def _called(value: object) -> object:
    if not value:
        raise Invalid(_("Écrivez un nom, ou « Anonyme »."))
    return value


class LineForm(BaseModel):
    """One gift: who, how much, how. `number` is the slip's, or the reference of a promise."""

    name: Annotated[Name, BeforeValidator(_called)] = Field("", validate_default=True)
    amount: Annotated[int, BeforeValidator(_cents)]
    mode: Literal["cheque", "cash", "transfer", "promised"]
    email: EmailStr | None = None
    reference: str = Field("", max_length=60)
    number: str = Field("", max_length=20)
    city: str = Field("", max_length=120)
    thanked: bool = False
    public_name: str = Field("", max_length=120)
    amount_hidden: bool = False

    def entry(self, day: date, identity: DonorForm | None = None, row: int = 0) -> Entry:
        """What the service keeps, once its commune is found; `day` is the day of receipt.

        Whoever agrees to be thanked gives a name for it.
        """
        mode = None if self.mode == "promised" else Mode(self.mode)
        return Entry(
            self.name, self.amount, mode, day if mode else None, self.reference, self.email or "", self.number,
            public_name=(self.public_name.strip() or self.name) if self.thanked else "",
            amount_hidden=self.thanked and self.amount_hidden, identity=identity, row=row,
            commune=self.city.strip() or None,
        )  # fmt: skip


class GiftForm(LineForm):
    """One gift that is put right, with its own day."""

    received_on: date | None = None

    def checked(self, identity: DonorForm | None = None) -> Entry:
        """What the service keeps. Raises Invalid when money came on no day, or on a day to come."""
        day = self.received_on
        if self.mode != "promised" and day is None:
            raise Invalid(_("Écrivez le jour où vous avez reçu ce don."), field="received_on")
        return self.entry(past_day(day, "received_on") if day else clock.today(), identity)


def read_identity(sent: Mapping[str, Any]) -> tuple[DonorForm | None, dict[str, str]]:
    """Who gives, for a tax receipt, and what is wrong with it: nothing when no more than the commune is written.

    A SIREN or a legal form makes it a company.
    """
    typed = {name: str(sent.get(name) or "").strip() for name in ("name", *IDENTITY)}
    if not any(typed[name] for name in IDENTITY if name != "city"):
        return None, {}
    kind = DonorKind.COMPANY if typed["siren"] or typed["legal_form"] else DonorKind.PERSON
    checked = Form.check(typed | {"kind": kind.value, "number": typed["siren"]}, DonorForm)
    wrong = {"siren" if name == "number" else name: said for name, said in checked.errors.items() if name != "name"}
    return checked.data, wrong


@dataclass(slots=True)
class Stall:
    """The form of a stall: what was typed, what is wrong, the gifts to keep and their sum in cents."""

    form: Form[Any]
    lines: int
    key: str
    entries: list[Entry] = field(default_factory=list)
    asks_lines: bool = False

    @property
    def cents(self) -> int:
        """The sum of the amounts that could be read."""
        found = 0
        for number in range(1, self.lines + 1):
            try:
                found += parse_euros(str(self.form.values.get(f"amount_{number}") or "0")).cents
            except Invalid:
                continue
        return found


async def read_stall(request: Request) -> Stall:
    """Read and check the whole form; empty lines are left out, each error stands beside its field."""
    async with request.form(max_fields=MOST_LINES * len(FIELDS) + 20, max_files=0) as sent:
        stall = check_stall({name: value for name, value in sent.items() if isinstance(value, str)})
    for place, entry in enumerate(stall.entries):
        try:
            stall.entries[place] = await with_commune(entry, f"city_{entry.row}")
        except Invalid as error:
            stall.form.refuse(error)
    return stall


async def with_commune(entry: Entry, field: str) -> Entry:
    """The entry with the INSEE code of the commune that was typed.

    Raises Invalid beside this field, but not for a whole postal address: that may be anywhere.
    """
    if not entry.commune:
        return entry
    try:
        return replace(entry, commune=(await places.commune_meant(entry.commune, field=field)).insee)
    except Invalid:
        if entry.identity is None:
            raise
        return replace(entry, commune=None)


def check_stall(sent: Mapping[str, str]) -> Stall:
    """The same for a mapping of what was sent."""
    count = sent.get("lines", "")
    called = labels()
    lines = min(MOST_LINES, max(1, int(count) if count.isascii() and count.isdigit() and len(count) < 4 else LINES))
    form: Form[Any] = Form({"received_on": sent.get("received_on", "")})
    stall = Stall(form, lines, sent.get("cle", "")[:60], asks_lines="more" in sent)
    day = _stall_day(form)
    for number in range(1, lines + 1):
        line = {name: sent.get(f"{name}_{number}", "") for name in FIELDS}
        form.values |= {f"{name}_{number}": value.strip() for name, value in line.items()}
        for name, label in called.items():
            form.name_field(f"{name}_{number}", _("Ligne %(n)s, %(field)s", n=number, field=label))
        if any(line[name].strip() for name in MATTER):
            _check_line(stall, number, line, day)
    if not stall.entries and not form.errors:
        form.errors["name_1"] = _("Remplissez au moins une ligne : un nom et un montant.")
    return stall


def _check_line(stall: Stall, number: int, line: dict[str, str], day: date) -> None:
    if not line["name"].strip() and _PROMISE.match(line["number"]):
        line = line | {"name": _("Promesse de don")}
    checked = Form.check(line, LineForm)
    identity, wrong = read_identity(line)
    errors = {**wrong, **checked.errors}
    ordered = [name for name in FIELDS if name in errors]
    stall.form.errors |= {f"{name}_{number}": errors[name] for name in ordered}
    if checked.data is not None and not wrong:
        stall.entries.append(checked.data.entry(day, identity, number))


def labels() -> dict[str, str]:
    """What each field of a line is called, on the form and in « Ligne 3, montant »."""
    return {
        "name": _("nom"), "amount": _("montant"), "mode": _("moyen de paiement"), "email": _("adresse électronique"),
        "reference": _("numéro du chèque"), "number": _("numéro du bulletin"), "public_name": _("nom public"),
        "street": _("numéro et rue"), "postcode": _("code postal"), "city": _("commune"),
        "legal_form": _("forme juridique"), "siren": _("SIREN"),
    }  # fmt: skip


def _stall_day(form: Form[Any]) -> date:
    try:
        return past_day(date.fromisoformat(str(form.values["received_on"])), "received_on")
    except Invalid as error:
        form.errors["received_on"] = error.message
    except ValueError:
        form.errors["received_on"] = _("Écrivez une date, par exemple 14/06/2027.")
    return clock.today()


def past_day(day: date, name: str) -> date:
    """A day of receipt: today or within the last year. Raises Invalid beside this field."""
    if not clock.today() - timedelta(days=366) <= day <= clock.today():
        raise Invalid(_("Le don est reçu aujourd’hui ou avant, depuis moins d’un an."), field=name)
    return day


class SlipsForm(BaseModel):
    """How many sheets of four slips."""

    pages: int = Field(ge=1, le=50)


class ChosenForm(BaseModel):
    """What is ticked in a list."""

    ids: list[int] = []


class SeenForm(BaseModel):
    """What is ticked in a list of gifts, each as `id:cents`: the amount that was on the page."""

    ids: list[Annotated[str, Field(pattern=r"^[0-9]{1,12}:[0-9]{1,12}$")]] = []


class WhyForm(BaseModel):
    """Why something is undone."""

    why: str = Field(min_length=5, max_length=200)


class DepositForm(BaseModel):
    """What goes to the bank together."""

    mode: Literal["cheque", "cash"]
    ids: list[int] = []


class BankedForm(BaseModel):
    """The day on which the bank took it."""

    banked_on: date


class ReferenceForm(BaseModel):
    """Which gift or promise a bank's line pays."""

    reference: str = Field(min_length=2, max_length=20)


class GiverForm(BaseModel):
    """Who gave the transfer of a blank slip."""

    name: Annotated[Name, BeforeValidator(_called)] = Field("", validate_default=True)


class ChequeForm(BaseModel):
    """The bank and the number of a cheque, as they stand on it."""

    reference: str = Field(min_length=3, max_length=60)


class ColumnsForm(BaseModel):
    """Which column of the file says what: places in the head of the columns."""

    name: str = Field(min_length=2, max_length=80)
    date: str = ""
    label: str = ""
    extra: str = ""
    amount: str = ""
    debit: str = ""
    credit: str = ""

    def columns(self) -> dict[str, str]:
        """Role → place."""
        return {role: getattr(self, role) for role in ROLES}
