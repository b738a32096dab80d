"""Languages. French is the source: a message is its French sentence; other languages are gettext catalogues.

Catalogues are `locales/<language>/LC_MESSAGES/*.po` (one per package), read whole at first use of the language,
so there is nothing to compile and adding a language is adding a folder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from civic.settings import ROOT

SOURCE = "fr"
NAMES = {"fr": "Français", "en": "English"}
_locale: ContextVar[str] = ContextVar("locale", default=SOURCE)


@cache
def languages() -> tuple[str, ...]:
    """The languages the site speaks, French first."""
    found = sorted(folder.name for folder in (ROOT / "locales").iterdir() if (folder / "LC_MESSAGES").is_dir())
    return (SOURCE, *(name for name in found if name != SOURCE))


def locale() -> str:
    """The language of the page or mail being made."""
    return _locale.get()


def set_locale(name: str) -> None:
    """Speak this language for the rest of the request (an unknown one means French)."""
    _locale.set(name if name in languages() else SOURCE)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak this language within the block: a mail is in its reader's language, not in the writer's."""
    token = _locale.set(name if name in languages() else SOURCE)
    try:
        yield
    finally:
        _locale.reset(token)


def negotiate(accept_language: str) -> str:
    """The first language of an Accept-Language header that the site speaks, else French."""
    for part in accept_language.split(","):
        name = part.split(";")[0].strip().lower().split("-")[0]
        if name in languages():
            return name
    return SOURCE


@cache
def catalogue(language: str) -> Catalog:
    """All messages of one language, the packages' catalogues put together."""
    whole = Catalog(locale=language)
    for file in sorted((ROOT / "locales" / language / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    whole[message.id] = message
    return whole


@cache
def _translations(language: str) -> GNUTranslations:
    packed = BytesIO()
    write_mo(packed, catalogue(language))
    packed.seek(0)
    return GNUTranslations(packed)


def gettext(message: str) -> str:
    """The message in the current language."""
    language = _locale.get()
    return message if language == SOURCE else _translations(language).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message for `n` things in the current language; in French zero is singular."""
    language = _locale.get()
    if language == SOURCE:
        return plural if abs(n) >= 2 else singular
    return _translations(language).ngettext(singular, plural, n)


def _(message: str, **values: object) -> str:
    """The message in the current language with `%(name)s` filled in."""
    text = gettext(message)
    return text % values if values else text


def _n(singular: str, plural: str, n: int, **values: object) -> str:
    """The message for `n` things, with `%(n)s` and other names filled in."""
    return ngettext(singular, plural, n) % {"n": n, **values}
