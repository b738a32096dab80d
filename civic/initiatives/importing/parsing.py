"""The whole file: its encoding, its format, then every line on its own."""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from civic.errors import Invalid, TooLarge
from civic.i18n import _
from civic.initiatives.importing import fields
from civic.initiatives.importing.rows import ParsedFile, RefusedLine

BYTES_MOST = 20_000_000
ROWS_MOST = 20_000
DELIMITERS = ",;\t|"


class Unreadable(Invalid):
    """The file as a whole cannot be read; nothing was taken from it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, field="file")


def parse(content: bytes, filename: str) -> ParsedFile:
    """Read a CSV, Transiscope or GoGoCarto file; each line becomes a row or a refused line with its reason.

    Raises TooLarge beyond 20 MB, Unreadable when the file is empty, is neither CSV nor JSON, or has no column
    for the title. Takes a second for 20 000 rows: call it in a thread.
    """
    if len(content) > BYTES_MOST:
        raise TooLarge(_("Ce fichier est trop gros\u202f: 20\u00a0Mo au plus."))
    text, encoding = decode(content)
    if not text.strip():
        raise Unreadable(_("Ce fichier est vide."))
    is_json = text.lstrip()[:1] in ("[", "{") or filename.lower().endswith((".json", ".geojson", ".jsonld"))
    parsed = ParsedFile("json" if is_json else "csv", encoding)
    entries = _json_entries(text) if is_json else _csv_entries(text, parsed)
    for number, (line, entry) in enumerate(entries):
        if number >= ROWS_MOST:
            parsed.refused.append(
                RefusedLine(line, _("Au-delà de 20\u202f000 lignes, la suite du fichier n’est pas lue."))
            )
            break
        row = fields.row_of(entry, line)
        if isinstance(row, RefusedLine):
            parsed.refused.append(row)
        else:
            parsed.rows.append(row)
    return parsed


def decode(content: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8 (with or without its mark), UTF-16 with it, else Windows-1252."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace").replace("\x00", ""), "utf-16"
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="replace"), "cp1252"
    return text.replace("\x00", ""), encoding


def _csv_entries(text: str, parsed: ParsedFile) -> Iterator[tuple[int, Mapping[str, Any]]]:
    body = text.lstrip("\r\n")
    offset = text[: len(text) - len(body)].count("\n")
    reader = csv.reader(StringIO(body, newline=""), delimiter=_delimiter(body))
    try:
        header = [fields.name_of(column) for column in next(reader)]
    except (csv.Error, StopIteration):
        header = []
    if "title" not in header:
        raise Unreadable(
            _(
                "La première ligne ne nomme pas de colonne pour le titre, "
                "par exemple «\u00a0titre\u00a0» ou «\u00a0nom\u00a0»."
            )
        )
    while True:
        line = reader.line_num + 1 + offset
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            parsed.refused.append(
                RefusedLine(line, _("Cette ligne est mal formée ou une de ses cases est trop longue."))
            )
            continue
        if any(cell.strip() for cell in cells):
            yield line, _by_name(header, cells)


def _by_name(header: list[str], cells: list[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        if name and not entry.get(name):
            entry[name] = cell
    return entry


def _delimiter(body: str) -> str:
    return max(DELIMITERS, key=body.partition("\n")[0].count)


def _json_entries(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(_("Ce fichier JSON est incomplet ou mal formé.")) from error
    entries = whole if isinstance(whole, list) else _list_in(whole)
    for number, entry in enumerate(entries, start=1):
        yield number, fields.flatten(entry) if isinstance(entry, dict) else {}


def _list_in(whole: object) -> list[Any]:
    if isinstance(whole, dict):
        for name in ("data", "@graph", "features", "elements"):
            if isinstance(whole.get(name), list):
                found: list[Any] = whole[name]
                return found
    raise Unreadable(
        _(
            "Ce fichier JSON ne contient pas de liste d’initiatives\u00a0: une liste, "
            "«\u00a0data\u00a0» ou «\u00a0@graph\u00a0»."
        )
    )
