"""The messages that the code says, against the catalogues. `python -m tests.catalogues` lists what is missing.

French is the source; every other language must translate each message. `python -m tests.catalogues en` appends the
missing ones, untranslated, to the catalogue of the package that says them.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from civic.i18n import catalogue, languages
from civic.settings import ROOT

PACKAGES = ("civic", "campaigns", "volunteering")
KEYWORDS = {"_": None, "gettext": None, "_n": (1, 2), "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.mjml", "jinja2")]
OPTIONS = {name: {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "false"} for name in ("**.html", "**.txt", "**.mjml")}
MessageId = str | tuple[str, ...]


def said() -> dict[MessageId, str]:
    """Every message in code and templates → the package that says it first."""
    found: dict[MessageId, str] = {}
    for folder, package in _folders():
        for _file, _line, message, _comments, _context in extract_from_dir(
            folder, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
        ):
            found.setdefault(message, package)
    return found


def missing(language: str) -> dict[MessageId, str]:
    """Messages without a translation in this language → their package."""
    known = catalogue(language)
    return {message: package for message, package in said().items() if not _translated(known.get(message), message)}


def idle(language: str) -> set[MessageId]:
    """Translations of messages that nothing says any more."""
    return {message.id for message in catalogue(language) if message.id} - set(said())


def add_missing(language: str) -> None:
    """Append what is missing to the packages' catalogues, for a person to translate."""
    by_package: dict[str, list[MessageId]] = defaultdict(list)
    for message, package in missing(language).items():
        by_package[package].append(message)
    for package, messages in by_package.items():
        file = ROOT / "locales" / language / "LC_MESSAGES" / f"{package}.po"
        catalog = _read(file, language)
        for message in messages:
            catalog.add(message)
        with file.open("wb") as target:
            write_po(target, catalog, width=0, sort_output=False, omit_header=False)


def _read(file: Path, language: str) -> Catalog:
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def _folders() -> Iterator[tuple[Path, str]]:
    for package in PACKAGES:
        yield ROOT / package, package
        yield ROOT / "templates" / package, package
        yield ROOT / "templates" / "mail" / package, package
    yield ROOT / "demo", "demo"
    yield ROOT / "templates" / "demo", "demo"
    yield ROOT / "templates", "civic"
    for rest in ("ui", "errors", "activity", "styleguide"):
        yield ROOT / "templates" / rest, "civic"


def _translated(message: Message | None, id: MessageId) -> bool:
    """With its plural, if the code says one; an entry with a plural also serves who says the singular alone."""
    if message is None or (isinstance(id, tuple) and message.id != id):
        return False
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        add_missing(argument)
    for name in languages()[1:]:
        for text in missing(name):
            print(f"{name}: {text}")
