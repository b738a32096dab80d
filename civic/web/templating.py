"""The one Jinja environment: autoescape, StrictUndefined, gettext, the formats as filters, the macros as `ui`."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from civic import clock, i18n
from civic.settings import ROOT, settings
from civic.web import assets, formats, markdown, urls
from civic.web.plain import without_addresses

TEMPLATES = ROOT / "templates"


def _autoescape(name: str | None) -> bool:
    return not (name or "").endswith(".txt")


@cache
def environment() -> Environment:
    """Made once per process; templates are compiled at first use."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined,
        autoescape=_autoescape,  # noqa: S701 escapes all but the text of mails
        trim_blocks=True, lstrip_blocks=True, auto_reload=False, cache_size=1000,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        url=urls.path, absolute=urls.absolute, static=assets.address, site=Site(), now=clock.now, today=clock.today,
        is_over=clock.is_over,
        languages=i18n.languages, language_names=i18n.NAMES, locale=i18n.locale, day_parts=formats.day_parts,
    )
    env.filters.update(
        money=formats.money, number=formats.number, percent=formats.percent, km=formats.km, day=formats.day,
        day_short=formats.day_short, opening=formats.opening, typeset=formats.typeset, month=formats.month,
        hour=formats.hour, moment=formats.moment, until=formats.until, ago=formats.ago,
        markdown=markdown.render, whose=formats.whose, without_addresses=without_addresses,
    )
    if (TEMPLATES / "ui.html").exists():
        env.globals["ui"] = env.get_template("ui.html").module
    env.globals["panel"] = _panel
    return env


class Site:
    """What templates may know of the settings; read at each use, since tests change them."""

    def __getattr__(self, name: str) -> Any:
        current = settings()
        known = {
            "name": current.site_name, "tagline": current.tagline, "territory": current.territory_name,
            "contact_email": current.contact_email, "phone": current.contact_phone,
            "environment": current.environment, "payments_simulated": current.payments_simulated,
            "change_of_mind_days": current.change_of_mind_days, "payments_open": current.payments != "off",
            "features": {"campaigns": current.campaigns, "volunteering": current.volunteering},
            "base_url": current.base_url,
        }
        try:
            return known[name]
        except KeyError:
            raise AttributeError(name) from None


def template(name: str) -> Template:
    """The compiled template."""
    return environment().get_template(name)


@pass_context
def _panel(context: Context, part: Any) -> Markup:
    """Render a slot's Panel inside a page, with the page's own context around it."""
    around = {key: context[key] for key in ("request", "path", "messages") if key in context}
    return Markup(template(part.template).render({**around, **part.context}))  # noqa: S704 an autoescaped template
