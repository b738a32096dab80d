"""CSV for spreadsheets: semicolons and a byte-order mark, as French ones expect; a cell is never a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

DANGEROUS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet run a cell (OWASP, « CSV injection »), after whatever space, wide or not."""


def sheet(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as CSV, UTF-8 with a byte-order mark. Amounts are given as text, with a comma for the cents.

    A text that would run as a formula gets an apostrophe before it; numbers, negative ones too, stay numbers.
    """
    return b"\xef\xbb\xbf" + lines([headers]) + lines(rows)


def lines(rows: Iterable[Sequence[object]]) -> bytes:
    """Some lines of a table, for one that is too long to be written at once."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue().encode()


def sheet_answer(name: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a file to download; `name` without its ending."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(sheet(headers, rows), media_type="text/csv; charset=utf-8", headers=disposition)


def cents_text(cents: int) -> str:
    """Cents as a spreadsheet reads an amount: « 1250,50 », « -3,00 »."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    if isinstance(cell, int) or _is_amount(text):
        return text
    return f"'{text}" if text.lstrip().startswith(DANGEROUS) or text.startswith(("\t", "\r", "\n")) else text


def _is_amount(text: str) -> bool:
    digits = text.removeprefix("-").replace(",", "", 1)
    return digits.isascii() and digits.isdigit()
