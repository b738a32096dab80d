"""An address that serves several persons, as couples do, asks who is there (PRODUCT A2)."""

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from civic.errors import Gone, TooMany
from civic.i18n import _
from civic.people import service
from civic.people.middleware import keep_signed_in
from civic.people.models import Person
from civic.people.queries import person_to_name
from civic.settings import settings
from civic.web import limits
from civic.web.forms import fields_of
from civic.web.page import page, redirect, redirect_to, safe_next


async def let_in(request: Request, persons: list[Person], next_path: str) -> Response:
    """Sign the one person in, ask among several, lead an unknown address to sign-up."""
    if not persons:
        text = _("Cette adresse est nouvelle ici : dites-nous votre nom.")
        return redirect("people.sign_up", flash=text, kind="info")
    if len(persons) == 1:
        return await enter(request, persons[0], next_path)
    proof = _signer().dumps([[person.id for person in persons], next_path])
    return redirect("people.who", preuve=proof)


async def who(request: Request) -> Response:
    """« Qui êtes-vous ? »: the persons of the address that was just confirmed."""
    proof = request.query_params.get("preuve", "")
    allowed, _next_path = _proven(proof)
    persons = [await person_to_name(person_id) for person_id in allowed]
    return page(
        request, "civic/people/who.html", headers={"Cache-Control": "no-store"}, persons=persons, proof=proof
    )


async def choose(request: Request) -> Response:
    """« C’est moi » : sign in as the chosen person, with the proof that the address was just confirmed."""
    sent = await fields_of(request)
    proof = str(sent.get("proof", ""))
    allowed, next_path = _proven(proof)
    chosen = str(sent.get("person", ""))
    if chosen not in map(str, allowed):
        raise Gone(_("Choisissez une personne dans la liste."))
    await _once(proof)
    return await enter(request, await person_to_name(int(chosen)), next_path)


async def enter(request: Request, person: Person, next_path: str) -> Response:
    """Open a session under a new secret and go where the person wanted to go."""
    token = await service.open_session(person, _browser(request))
    greeting = _("Bonjour %(name)s !", name=person.name)
    return keep_signed_in(redirect_to(safe_next(next_path), flash=greeting), token)


def _proven(proof: str) -> tuple[list[int], str]:
    """The persons and the way on of a proof, ten minutes old at most. Raises Gone."""
    try:
        allowed, next_path = _signer().loads(proof, max_age=600)
    except BadSignature:
        raise Gone(_("Cette page a trop attendu. Demandez un nouveau lien.")) from None
    return allowed, next_path


async def _once(proof: str) -> None:
    """A proof opens one session: it stood in an address, where others may read it later. Raises Gone."""
    try:
        await limits.hit("who", proof, most=1, per=86_400)
    except TooMany:
        raise Gone(_("Cette page a trop attendu. Demandez un nouveau lien.")) from None


def _browser(request: Request) -> str:
    """« Firefox, Android »: enough to recognise a session in the list."""
    agent = request.headers.get("user-agent", "")
    program = next((name for name in ("Firefox", "Edg", "Chrome", "Safari") if name in agent), "")
    system = next((name for name in ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux") if name in agent), "")
    return ", ".join(part for part in (program.replace("Edg", "Edge"), system) if part)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="who")
