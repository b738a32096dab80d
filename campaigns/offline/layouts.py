"""How banks write their statements: separators, columns, dates, amounts, encodings. Pure: text in, lines out.

Seen at Crédit Agricole (a preamble, debit and credit columns, labels over several lines, Latin-1), La Banque Postale
(one signed amount), Crédit Mutuel (label after the amounts) and Caisse d'Épargne (several label columns).
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from civic.errors import Invalid
from civic.i18n import _

SEPARATORS = (";", "\t", ",", "|")
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
MOST_LINES = 5_000
_AMOUNT = re.compile(r"([+-]?)(\d{1,9})(?:[.,](\d{1,2}))?")
ROLES = ("date", "label", "extra", "amount", "debit", "credit")


@dataclass(slots=True, frozen=True)
class Line:
    """One line of the bank: its number in the file, its day, its label, cents (credits positive), its lasting name."""

    number: int
    on: date
    label: str
    cents: int
    hash: str


@dataclass(slots=True)
class Sheet:
    """A file as rows: the head of its columns, the rows below with their line numbers, the head's signature."""

    head: list[str]
    rows: list[tuple[int, list[str]]]
    signature: str = ""


@dataclass(slots=True)
class Read:
    """What a file gave: its lines, and (line number, reason) for each that could not be read."""

    lines: list[Line] = field(default_factory=list)
    troubles: list[tuple[int, str]] = field(default_factory=list)


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8 (with a mark or not), UTF-16 or the Latin alphabet of Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def opened(text: str) -> Sheet:
    """Find the head of the columns below whatever the bank writes first. Raises Invalid when there is none."""
    for separator in SEPARATORS:
        rows = _rows(text.replace("\x00", ""), separator)
        for place, (_number, cells) in enumerate(rows[:40]):
            if _is_head(cells):
                signature = hashlib.sha256(f"{separator}{'|'.join(map(_plain, cells))}".encode()).hexdigest()
                return Sheet(cells, rows[place + 1 :], signature)
    raise Invalid(
        _("Ce fichier n’a pas de ligne de titres avec une date et un montant. Exportez le relevé au format CSV."),
        field="file",
    )


def guessed(head: list[str]) -> dict[str, str]:
    """Which column is probably what: role → place in the head, "" when there is none."""
    names = [_plain(cell) for cell in head]
    labels = [place for place, name in enumerate(names) if "libelle" in name or "intitule" in name]
    more = [place for place, name in enumerate(names) if name.startswith(("information", "detail"))]
    full = sorted(labels, key=lambda place: "simplifie" in names[place])
    full[1:1] = more
    found = {
        "date": _first(names, "date"), "debit": _first(names, "debit"), "credit": _first(names, "credit"),
        "amount": _first(names, "montant"), "label": str(full[0]) if full else "",
        "extra": str(full[1]) if len(full) > 1 else "",
    }  # fmt: skip
    if found["debit"] and found["credit"]:
        found["amount"] = ""
    return found


def check_columns(head: list[str], columns: dict[str, str]) -> None:
    """Raises Invalid unless the columns say when, what and how much."""
    places = {role: columns.get(role, "") for role in ROLES}
    for role, place in places.items():
        if place and not (place.isdigit() and int(place) < len(head)):
            raise Invalid(_("Cette colonne n’existe pas dans le fichier."), field=role)
    if not places["date"]:
        raise Invalid(_("Dites quelle colonne donne la date."), field="date")
    if not places["label"]:
        raise Invalid(_("Dites quelle colonne donne le libellé."), field="label")
    if not places["amount"] and not places["credit"]:
        raise Invalid(_("Dites quelle colonne donne le montant, ou le crédit."), field="amount")


def read(sheet: Sheet, columns: dict[str, str]) -> Read:
    """The lines of a sheet by these columns; what cannot be read is said with its line number and the reason."""
    result, seen = Read(), Counter[str]()
    for number, cells in sheet.rows[:MOST_LINES]:
        try:
            line = _line(number, cells, columns, seen)
        except Invalid as trouble:
            result.troubles.append((number, trouble.message))
            continue
        if line:
            result.lines.append(line)
    if len(sheet.rows) > MOST_LINES:
        result.troubles.append((sheet.rows[MOST_LINES][0], _("Le fichier est trop long : la suite n’est pas lue.")))
    return result


def _line(number: int, cells: list[str], columns: dict[str, str], seen: Counter[str]) -> Line | None:
    """One line; None for an empty one or a balance written without a date."""
    if not any(_cell(cells, columns, role) for role in ("date", "label", "amount", "credit", "debit")):
        return None
    on = day_of(_cell(cells, columns, "date"))
    if columns.get("amount"):
        cents = cents_of(_cell(cells, columns, "amount"))
    else:
        credit, debit = _cell(cells, columns, "credit"), _cell(cells, columns, "debit")
        if not credit and not debit:
            raise Invalid(_("Il n’y a ni débit ni crédit sur cette ligne."))
        cents = (abs(cents_of(credit)) if credit else 0) - (abs(cents_of(debit)) if debit else 0)
    label = " ".join(f"{_cell(cells, columns, 'label')} {_cell(cells, columns, 'extra')}".split())[:300]
    name = f"{on.isoformat()}|{cents}|{_plain(label)}"
    seen[name] += 1
    return Line(number, on, label, cents, hashlib.sha256(f"{name}|{seen[name]}".encode()).hexdigest())


def day_of(text: str) -> date:
    """A day as banks write it. Raises Invalid."""
    for shape in DATES:
        try:
            found = datetime.strptime(text.strip(), shape).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
        if 2000 <= found.year <= 2200:
            return found
    raise Invalid(_("La date « %(text)s » n’est pas comprise.", text=text[:20]))


def cents_of(text: str) -> int:
    """« -1 234,56 », « +50,00 », « 1.234,56 € », « 12.5 » in cents. Raises Invalid."""
    bare = re.sub(r"[\s'’€]|EUR", "", text.replace("\u2212", "-"))
    if "," in bare and "." in bare:
        bare = bare.replace("." if bare.rfind(",") > bare.rfind(".") else ",", "")
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        raise Invalid(_("Le montant « %(text)s » n’est pas compris.", text=text[:20]))
    cents = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -cents if found[1] == "-" else cents


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    reader, found, start = csv.reader(io.StringIO(text, newline=""), delimiter=separator), [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error:
        return found
    return found


def _is_head(cells: list[str]) -> bool:
    names = [_plain(cell) for cell in cells]
    filled = [name for name in names if name]
    money = any(name.startswith(("montant", "debit", "credit")) for name in filled)
    return len(filled) >= 3 and money and any(name.startswith("date") for name in filled)


def _first(names: list[str], start: str) -> str:
    return next((str(place) for place, name in enumerate(names) if name.startswith(start)), "")


def _cell(cells: list[str], columns: dict[str, str], role: str) -> str:
    place = columns.get(role, "")
    return cells[int(place)] if place and int(place) < len(cells) else ""


def _plain(text: str) -> str:
    """Lower case without accents, one space between words."""
    bare = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(letter for letter in bare if not unicodedata.combining(letter)).split())
