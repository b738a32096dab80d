"""Forms: pydantic says their shape, the person's own words come back beside each error.

    form = await Form.read(request, PledgeForm)
    if form.data is None:
        return page(request, "…/new.html", status=422, form=form)
"""

import hashlib
import secrets
import typing
from collections.abc import Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from markupsafe import escape
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request

from civic.errors import DomainError
from civic.i18n import _

Shape = TypeVar("Shape", bound=BaseModel)
FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_INTEGER = 2**63 - 1
NO_CHARACTERS = {*range(0xFDD0, 0xFDF0), *range(0xFFFE, 0x110000, 0x10000), *range(0xFFFF, 0x110000, 0x10000)}
"""Codes that Unicode gives to no character: no page may hold one."""
UNWRITTEN = {code: None for code in (*range(32), *range(127, 160), *NO_CHARACTERS) if chr(code) not in "\t\n"}
"""Characters that nobody types: they are left out of whatever is sent."""


class Form(Generic[Shape]):
    """What was sent (`values`), what is wrong with it (`errors`: field → sentence), and the checked `data` or None."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = dict(values or {})
        self.errors: dict[str, str] = {}
        self.data: Shape | None = None
        self._fields: dict[str, tuple[str, str]] = {}

    @classmethod
    async def read(cls, request: Request, shape: type[Shape]) -> "Form[Shape]":
        """Read and check the request's form. Fields the shape does not name are ignored, files too."""
        async with request.form(max_fields=500, max_files=10) as sent:
            return cls.check(sent, shape)

    @classmethod
    def query(cls, request: Request, shape: type[Shape]) -> "Form[Shape]":
        """The same for the query of a GET form."""
        return cls.check(request.query_params, shape)

    @classmethod
    def check(cls, sent: Mapping[str, Any], shape: type[Shape]) -> "Form[Shape]":
        """Check a mapping of sent fields against the shape."""
        form: Form[Shape] = cls()
        for name, field in shape.model_fields.items():
            _take(form, sent, name, is_list=typing.get_origin(field.annotation) in (list, set, tuple))
        try:
            form.data = shape.model_validate({k: v for k, v in form.values.items() if v not in ("", [])})
            form._refuse_impossible()
        except OverflowError:
            form.errors.setdefault("", impossible())
        except ValidationError as error:
            for problem in error.errors():
                name = str(problem["loc"][0]) if problem["loc"] else ""
                form.errors.setdefault(name, sentence(problem))  # type: ignore[arg-type]
        return form

    def refuse(self, error: DomainError) -> "Form[Shape]":
        """Show a service's refusal beside its field (or on top when it names none)."""
        self.errors[error.field or ""] = error.message
        self.data = None
        return self

    def name_field(self, name: str, label: str, id: str | None = None) -> None:
        """A field's macro says under which label (plain words) and id the field stands on the page."""
        self._fields.setdefault(name, (id or name, escape(label).striptags()))

    def summary(self) -> list[tuple[str, str, str]]:
        """Each error as (id of the field, its label, sentence), for the top of the page.

        The labels are known once the fields have been written: `page()` writes a refused page twice.
        """
        return [(*self._fields.get(name, (name, "")), sentence) for name, sentence in self.errors.items()]

    def _refuse_impossible(self) -> None:
        """Numbers and days that calendars and databases do not hold are a mistake of the field they stand in."""
        for name in type(self.data).model_fields if self.data else ():
            value = getattr(self.data, name)
            if any(_is_impossible(one) for one in (value if isinstance(value, list) else [value])):
                self.errors[name] = impossible()
        if self.errors:
            self.data = None


def new_key() -> str:
    """The own key of a form that is shown for the first time, so that sending it twice is harmless."""
    return secrets.token_urlsafe(12)


async def kept_key(request: Request, form: Form[Any], sent: FormData | None = None) -> str:
    """The key under which the form came (`cle`), kept for when it is shown again; a new one for a strange one.

    Kept as a hash with the address it was sent to: no other page's form, and nobody's invention, meets it.
    `sent`: the fields, by whoever still holds their files open.
    """
    key = typed((sent or await fields_of(request)).get("cle"))
    form.values["cle"] = key if 8 <= len(key) <= 64 else new_key()
    return hashlib.sha256(f"{request.url.path}\0{form.values['cle']}".encode()).hexdigest()


async def fields_of(request: Request) -> FormData:
    """All that was sent, for what no form's shape reads; files are closed, nobody here takes any."""
    async with request.form(max_fields=500, max_files=10) as sent:
        return sent


def impossible() -> str:
    """What is said of the year 9999 and of numbers of twenty digits."""
    return _("Cette date ou ce nombre n’est pas possible ici.")


def _is_impossible(value: object) -> bool:
    if isinstance(value, date):
        return not FIRST_YEAR <= value.year <= LAST_YEAR
    return isinstance(value, int) and abs(value) > MOST_INTEGER


def _take(form: Form[Any], sent: Mapping[str, Any], name: str, *, is_list: bool) -> None:
    if is_list and hasattr(sent, "getlist"):
        values = [value for value in sent.getlist(name) if isinstance(value, str) and value.strip()]
        form.values[name] = [typed(value) for value in values]
        return
    value = sent.get(name)
    if isinstance(value, str):
        form.values[name] = typed(value)


def typed(value: object) -> str:
    """What somebody typed, without what nobody types; empty for a file or a field that was not sent."""
    return value.strip().replace("\r\n", "\n").translate(UNWRITTEN) if isinstance(value, str) else ""


def sentence(problem: dict[str, Any]) -> str:
    """A pydantic problem in the words of the page."""
    context = problem.get("ctx") or {}
    known = {
        "missing": _("Remplissez ce champ."),
        "string_too_short": _("C’est trop court : il faut au moins %(n)s signes.", n=context.get("min_length")),
        "string_too_long": _("C’est trop long : %(n)s signes au plus.", n=context.get("max_length")),
        "int_parsing": _("Écrivez un nombre entier, en chiffres."),
        "int_from_float": _("Écrivez un nombre entier, en chiffres."),
        "greater_than_equal": _("Il faut au moins %(n)s.", n=context.get("ge")),
        "less_than_equal": _("Il faut au plus %(n)s.", n=context.get("le")),
        "greater_than": _("Il faut plus de %(n)s.", n=context.get("gt")),
        "literal_error": _("Choisissez une des réponses proposées."),
        "enum": _("Choisissez une des réponses proposées."),
        "date_from_datetime_parsing": _("Écrivez une date, par exemple 14/06/2027."),
        "date_parsing": _("Écrivez une date, par exemple 14/06/2027."),
        "datetime_from_date_parsing": _("Écrivez une date et une heure."),
        "string_pattern_mismatch": _("La forme n’est pas celle attendue."),
    }
    if problem["type"] == "value_error":
        own = context.get("error")
        if isinstance(own, DomainError):
            return own.message
        if problem.get("msg", "").startswith("value is not a valid email"):
            return _("Écrivez une adresse complète, par exemple camille@exemple.fr.")
        return str(own)
    return known.get(problem["type"], _("Cette réponse n’est pas comprise."))


def whole(written: object) -> int | None:
    """A number as a form or an address says one, in eighteen plain digits at most; None for anything else."""
    plain = isinstance(written, str) and written.isascii() and written.isdigit() and len(written) <= 18
    return int(str(written)) if plain else None
