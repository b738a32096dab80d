"""The bare framework: as many bytes as our page, a template of 24 cards filled from memory. `/{bytes}`."""

from functools import cache

import uvicorn
from jinja2 import Environment, Template
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from civic.settings import settings
from manage import server_options

CARD = '<li><a href="{{ c.href }}">{{ c.title }}</a><p>{{ c.text }}</p><p>{{ c.place }}, {{ c.km }} km</p>'
CARDS = [dict(href=f"/{n}", title=f"Le four {n}", text="…" * 50, place="Trévoux", km=n) for n in range(24)]  # noqa: C408


@cache
def template(size: int, pad: int = 0) -> Template:
    made = Environment(autoescape=True).from_string(f"{{% for c in cards %}}{CARD}{'-' * pad}</li>{{% endfor %}}")
    missing = (size - len(made.render(cards=CARDS).encode())) // len(CARDS)
    return template(size, pad + missing) if missing > 0 else made


async def page(request):  # type: ignore[no-untyped-def]
    return HTMLResponse(template(request.path_params["size"]).render(cards=CARDS))


app = Starlette(routes=[Route("/{size:int}", page)])
if __name__ == "__main__":
    uvicorn.run("bench.bare:app", **server_options(settings()))
