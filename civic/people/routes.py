"""Signing in and out, signing up, the account page."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from civic.errors import DomainError
from civic.i18n import _
from civic.people import choosing, service
from civic.people.account import routes as account_routes
from civic.people.actor import visitor_or_actor
from civic.people.forms import CodeForm, PasswordForm, SignInForm, SignUpForm
from civic.people.middleware import forget
from civic.places import queries as places
from civic.web import limits
from civic.web.forms import Form
from civic.web.page import page, redirect, redirect_to, safe_next


async def sign_in(request: Request) -> Response:
    """The address, then a link and a code by mail."""
    suite = safe_next(request.query_params.get("suite"))
    if visitor_or_actor(request):
        return redirect_to(suite)
    return page(request, "civic/people/sign_in.html", form=Form({"suite": suite}))


async def send_link(request: Request) -> Response:
    """Send the way in; the answer is the same for known and unknown addresses."""
    form = await Form.read(request, SignInForm)
    if form.data is None:
        return page(request, "civic/people/sign_in.html", status=422, form=form)
    await _limit(request, form.data.email)
    await service.send_way_in(form.data.email, safe_next(form.data.suite))
    return redirect("people.code", email=form.data.email, suite=safe_next(form.data.suite))


async def code(request: Request) -> Response:
    """Where the six digits are typed."""
    values = {"email": request.query_params.get("email", ""), "suite": request.query_params.get("suite", "/")}
    return page(request, "civic/people/code.html", form=Form(values))


async def check_code(request: Request) -> Response:
    """Sign in by the six digits."""
    form = await Form.read(request, CodeForm)
    if form.data is None:
        return page(request, "civic/people/code.html", status=422, form=form)
    await limits.hit("code", form.data.email.lower(), most=10, per=600)
    await limits.hit("code_day", form.data.email.lower(), most=40, per=86_400)
    try:
        way, persons = await service.use_code(form.data.email, form.data.code)
    except DomainError as error:
        form.refuse(error)
        return page(request, "civic/people/code.html", status=422, form=form)
    return await choosing.let_in(request, persons, way.next_path)


async def link(request: Request) -> Response:
    """Arriving by the link: one button, because opening a page changes nothing (mail scanners open links)."""
    return page(request, "civic/people/link.html", headers={"Cache-Control": "no-store"})


async def use_link(request: Request) -> Response:
    """Sign in by the link."""
    way, persons = await service.use_link(request.path_params["link"])
    return await choosing.let_in(request, persons, way.next_path)


async def password(request: Request) -> Response:
    """The form for those who chose a password."""
    suite = safe_next(request.query_params.get("suite"))
    return page(request, "civic/people/password.html", form=Form({"suite": suite}))


async def check_password(request: Request) -> Response:
    """Sign in by password."""
    form = await Form.read(request, PasswordForm)
    if form.data is None:
        return page(request, "civic/people/password.html", status=422, form=form)
    await _limit(request, form.data.email)
    try:
        person = await service.check_password(form.data.email, form.data.password)
    except DomainError as error:
        form.refuse(error)
        form.values.pop("password", None)
        return page(request, "civic/people/password.html", status=422, form=form)
    return await choosing.enter(request, person, form.data.suite)


async def sign_up(request: Request) -> Response:
    """Name, e-mail, commune."""
    suite = safe_next(request.query_params.get("suite"))
    return page(request, "civic/people/sign_up.html", form=Form({"suite": suite}))


async def create_account(request: Request) -> Response:
    """Send the way in to a new account; it exists once the link or code is used."""
    form = await Form.read(request, SignUpForm)
    insee = ""
    if form.data and form.data.commune:
        try:
            insee = (await places.commune_meant(form.data.commune)).insee
        except DomainError as error:
            form.refuse(error)
    if form.data is None:
        return page(request, "civic/people/sign_up.html", status=422, form=form)
    await _limit(request, form.data.email)
    await service.send_way_in(
        form.data.email, safe_next(form.data.suite), name=form.data.name, commune_insee=insee
    )
    return redirect("people.code", email=form.data.email, suite=safe_next(form.data.suite))


async def sign_out(request: Request) -> Response:
    """Close this browser's session."""
    actor = visitor_or_actor(request)
    if actor and actor.session_id:
        await service.close_session(actor.recorded_by or actor.person, actor.session_id)
    return forget(redirect("home", flash=_("Vous êtes déconnecté. À bientôt !")))


async def _limit(request: Request, email: str) -> None:
    await limits.hit("sign_in_address", limits.address(request), most=30, per=600)
    await limits.hit("sign_in_email", email.lower(), most=6, per=600)


routes: list[BaseRoute] = [
    Route("/connexion", sign_in, methods=["GET"], name="people.sign_in"),
    Route("/connexion", send_link, methods=["POST"], name="people.send_link"),
    Route("/connexion/code", code, methods=["GET"], name="people.code"),
    Route("/connexion/code", check_code, methods=["POST"], name="people.check_code"),
    Route("/connexion/lien/{link}", link, methods=["GET"], name="people.link"),
    Route("/connexion/lien/{link}", use_link, methods=["POST"], name="people.use_link"),
    Route("/connexion/qui", choosing.who, methods=["GET"], name="people.who"),
    Route("/connexion/qui", choosing.choose, methods=["POST"], name="people.choose"),
    Route("/connexion/mot-de-passe", password, methods=["GET"], name="people.password"),
    Route("/connexion/mot-de-passe", check_password, methods=["POST"], name="people.check_password"),
    Route("/inscription", sign_up, methods=["GET"], name="people.sign_up"),
    Route("/inscription", create_account, methods=["POST"], name="people.create_account"),
    Route("/deconnexion", sign_out, methods=["POST"], name="people.sign_out"),
    *account_routes,
]
