"""The import of initiatives, from the browser: send a file, look at what would happen, then do it (PRODUCT D8)."""

import asyncio
import json
import re
import secrets
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError, Gone, Invalid
from civic.i18n import _, _n
from civic.initiatives.importing import parse
from civic.initiatives.importing.applying import Action, Plan, apply, plan
from civic.initiatives.topics import topic_labels
from civic.people.actor import animator_of
from civic.people.service import audit
from civic.settings import settings
from civic.web.forms import Form
from civic.web.page import page, redirect

MOST_BYTES = 10 * 1024 * 1024
_TOKEN = re.compile(r"[0-9a-f]{32}")


async def new(request: Request) -> Response:
    """Choose a file."""
    animator_of(request)
    return page(request, "civic/desk/import_new.html", form=Form())


async def receive(request: Request) -> Response:
    """Keep the file aside and lead to its preview; one that cannot be read is refused at once."""
    animator_of(request)
    try:
        name, content = await _sent(request)
        await asyncio.to_thread(parse, content, name)
    except DomainError as error:
        error.field = "file"
        return page(request, "civic/desk/import_new.html", status=422, form=Form().refuse(error))
    token = secrets.token_hex(16)
    (_folder() / token).write_bytes(content)
    (_folder() / f"{token}.json").write_text(json.dumps({"name": name[:120]}))
    return redirect("desk.import_show", token=token)


async def show(request: Request) -> Response:
    """What the import would do, line by line; nothing is changed yet."""
    animator_of(request)
    name, made = await _plan(request)
    return page(
        request, "civic/desk/import_show.html", name=name, plan=made, token=request.path_params["token"],
        create=made.of(Action.CREATE), update=made.of(Action.UPDATE), keep=made.of(Action.KEEP), labels=topic_labels(),
    )  # fmt: skip


async def carry_out(request: Request) -> Response:
    """Do it, all or nothing: what is new, and the updates that are ticked."""
    actor = animator_of(request)
    name, made = await _plan(request)
    async with request.form(max_files=0) as sent:
        wanted = set(sent.getlist("mise_a_jour"))
    for one in made.of(Action.UPDATE):
        one.included = one.key in wanted
    await apply(made, name)
    done = len(made.of(Action.CREATE)) + sum(one.included for one in made.of(Action.UPDATE))
    await audit(actor, "initiatives_imported", name, rows=done, refused=len(made.refused))
    for suffix in ("", ".json"):
        (_folder() / f"{request.path_params['token']}{suffix}").unlink(missing_ok=True)
    flash = _n("%(n)s initiative importée ou mise à jour.", "%(n)s initiatives importées ou mises à jour.", done)
    return redirect("desk.index", flash=flash)


async def _sent(request: Request) -> tuple[str, bytes]:
    """Name and content of the file that was sent. Raises Invalid when there is none or it is too large."""
    async with request.form(max_files=1, max_fields=5) as sent:
        upload = sent.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Invalid(_("Choisissez un fichier CSV ou JSON."), field="file")
        content = await upload.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise Invalid(_("Ce fichier est trop lourd : 10 Mo au plus."), field="file")
        return upload.filename, content


async def _plan(request: Request) -> tuple[str, Plan]:
    token = request.path_params["token"]
    file = _folder() / token
    if not _TOKEN.fullmatch(token) or not file.is_file():
        raise Gone(_("Ce fichier n’attend plus. Envoyez-le de nouveau."))
    name = str(json.loads((_folder() / f"{token}.json").read_text())["name"])
    return name, await plan(await asyncio.to_thread(parse, file.read_bytes(), name))


def _folder() -> Path:
    folder = settings().data / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


routes: list[BaseRoute] = [
    Route("/pupitre/import", new, methods=["GET"], name="desk.import_new"),
    Route("/pupitre/import", receive, methods=["POST"], name="desk.import_receive"),
    Route("/pupitre/import/{token}", show, methods=["GET"], name="desk.import_show"),
    Route("/pupitre/import/{token}", carry_out, methods=["POST"], name="desk.import_carry_out"),
]
