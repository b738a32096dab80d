"""The pages a person sees: Checkout and her bank's question. Plain HTML, no script, French or English."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from campaigns.sandbox import accounts, checkout, forms, payments, setups
from campaigns.sandbox.cards import create_method
from campaigns.sandbox.clockwork import catch_up
from campaigns.sandbox.deliveries import Postman
from campaigns.sandbox.errors import Declined
from campaigns.sandbox.store import Rows, Store, Stored
from campaigns.sandbox.texts import OFFERED_CARDS, OFFERED_IBANS, amount_text, choose_locale, words
from campaigns.sandbox.world import Frame, World

HERE = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class Pages:
    """Shows the pages and takes their forms."""

    def __init__(self, store: Store, frame: Frame, postman: Postman) -> None:
        self.store, self.frame, self.postman = store, frame, postman

    async def checkout(self, request: Request) -> Response:
        """GET and POST /checkout/{id}: 303 when done, 422 with the same page when something is wrong."""
        form = await request.form() if request.method == "POST" else None
        answer = await self.store.transaction(lambda rows: self._checkout(rows, request, form))
        self.postman.wake()
        return answer

    def _checkout(self, rows: Rows, request: Request, form: FormData | None) -> Response:
        catch_up(rows, self.frame)
        world, session = self._find(rows, request.path_params["id"], ("checkout.session",))
        if session is None:
            return self._notice(request, None, "unknown", 404)
        if session["status"] != "open":
            done = session["status"] == "complete"
            return self._notice(
                request, session, str(session["status"]), 200 if done and form is None else 410
            )
        if form is None:
            return self._show(world, request, session, forms.blank(), self._last_error(world, session), 200)
        return self._submit(world, request, session, form)

    def _find(self, rows: Rows, identifier: str, kinds: tuple[str, ...]) -> tuple[World, Stored | None]:
        found = rows.get(identifier)
        world = World(rows, self.frame, found[1] if found else "")
        return world, found[0] if found and found[0]["object"] in kinds else None

    def _submit(self, world: World, request: Request, session: Stored, form: FormData) -> Response:
        asks_email = not (session["customer"] or session["customer_email"])
        filled = forms.read(form, session["payment_method_types"], asks_email, world.rows.now())
        if filled.errors or filled.means is None:
            return self._show(world, request, session, filled.values, filled.errors, 422)
        billing = {"email": filled.email or session["customer_email"], "name": filled.values["name"] or None}
        method = create_method(world, filled.means, billing, filled.expiry)
        try:
            intent = checkout.submit(world, session, method)
        except Declined as declined:
            field = "test_card" if not filled.values["number"] else "number"
            errors = {field: _reason(declined.error)}
            return self._show(world, request, session, filled.values, errors, 422)
        if intent["status"] == "requires_action":
            return RedirectResponse(intent["next_action"]["redirect_to_url"]["url"], 303)
        return RedirectResponse(_success_address(session), 303)

    def _last_error(self, world: World, session: Stored) -> dict[str, str]:
        kind = "setup_intent" if session["mode"] == "setup" else "payment_intent"
        if not session[kind]:
            return {}
        intent = world.find(kind, session[kind])
        error = intent["last_setup_error" if session["mode"] == "setup" else "last_payment_error"]
        return {"test_card": _reason(error)} if error else {}

    def _show(
        self,
        world: World,
        request: Request,
        session: Stored,
        values: dict[str, str],
        errors: dict[str, str],
        status: int,
    ) -> Response:
        locale = _locale(request, session)
        texts = words(locale)
        amount = partial(amount_text, currency=session["currency"] or self.frame.currency, locale=locale)
        total = amount(session["amount_total"] or 0)
        return self.page(
            "checkout.html",
            status,
            locale,
            [session["success_url"], session["cancel_url"]],
            title=texts[f"{session['mode']}_title"].format(amount=total),
            session=session,
            values=values,
            errors=_Errors({field: texts[key] for field, key in errors.items()}),
            cards=OFFERED_CARDS,
            ibans=OFFERED_IBANS,
            asks_email=not (session["customer"] or session["customer_email"]),
            amount=amount,
        )

    def _notice(self, request: Request, session: Stored | None, reason: str, status: int) -> Response:
        locale = _locale(request, session)
        back = None
        if session:
            back = _success_address(session) if reason == "complete" else session["cancel_url"]
        texts = words(locale)
        title, sentence = texts[f"{reason}_title"], texts[reason]
        return self.page("notice.html", status, locale, [], title=title, sentence=sentence, back=back)

    async def authentication(self, request: Request) -> Response:
        """GET and POST /3ds/{id}: what the person's bank asks, and where she goes with her answer."""
        form = await request.form() if request.method == "POST" else None
        answer = await self.store.transaction(lambda rows: self._authentication(rows, request, form))
        self.postman.wake()
        return answer

    def _authentication(self, rows: Rows, request: Request, form: FormData | None) -> Response:
        catch_up(rows, self.frame)
        world, intent = self._find(rows, request.path_params["id"], ("setup_intent", "payment_intent"))
        if intent is None:
            return self._notice(request, None, "unknown", 404)
        session = world.find("checkout.session", intent["_session"]) if intent["_session"] else None
        if intent["status"] != "requires_action" or intent["next_action"]["type"] != "redirect_to_url":
            return self._notice(request, session, "answered", 410)
        if form is None:
            return self._ask(world, request, intent, session)
        back = setups.return_address(intent)
        speaker = setups if intent["object"] == "setup_intent" else payments
        speaker.answer_bank(world, intent, form.get("answer") == "accept")
        if session and checkout.complete(world, session["id"])["status"] == "complete":
            return RedirectResponse(_success_address(session), 303)
        passed = intent["status"] in ("succeeded", "processing")
        return RedirectResponse(f"{back}&redirect_status={'succeeded' if passed else 'failed'}", 303)

    def _ask(self, world: World, request: Request, intent: Stored, session: Stored | None) -> Response:
        locale = _locale(request, session)
        texts = words(locale)
        known = {"last4": world.find("payment_method", intent["payment_method"])["card"]["last4"]}
        question = texts["bank_setup"]
        if intent["object"] == "payment_intent":
            question = texts["bank_payment"]
            known["amount"] = amount_text(intent["amount"], intent["currency"], locale)
        ways_back = [
            intent["next_action"]["redirect_to_url"]["return_url"],
            session and session["success_url"],
        ]
        return self.page(
            "authentication.html",
            200,
            locale,
            ways_back,
            title=texts["bank_title"],
            question=question.format(**known),
            intent=intent["id"],
        )

    async def onboarding(self, request: Request) -> Response:
        """GET and POST /onboarding/{id}: a beneficiary opens her account; an old link leads elsewhere."""
        answer = await self.store.transaction(lambda rows: self._onboarding(rows, request))
        self.postman.wake()
        return answer

    def _onboarding(self, rows: Rows, request: Request) -> Response:
        world, link = self._find(rows, request.path_params["id"], ("account_link",))
        if link is None:
            return self._notice(request, None, "unknown", 404)
        if link["expires_at"] < world.now():
            return RedirectResponse(link["_refresh_url"], 303)
        if request.method == "POST":
            accounts.open_account(world, link["_account"])
            return RedirectResponse(link["_return_url"], 303)
        locale = _locale(request, None)
        title, ways_out = words(locale)["onboarding_title"], [link["_return_url"], link["_refresh_url"]]
        return self.page("onboarding.html", 200, locale, ways_out, title=title, link=link["id"])

    def page(self, template: str, status: int, locale: str, ways_out: list[Any], **content: Any) -> Response:
        """One of our pages, with its strict policy; `ways_out` are the addresses its forms may lead to."""
        html = TEMPLATES.get_template(template).render(
            locale=locale, t=words(locale), public_url=self.frame.public_url, **content
        )
        return HTMLResponse(html, status, _headers([self.frame.public_url, *ways_out]))

    async def stylesheet(self, request: Request) -> Response:
        """GET /assets/sandbox.css."""
        return FileResponse(HERE / "assets" / "sandbox.css", headers={"cache-control": "max-age=3600"})


class _Errors(dict[str, str]):
    def __missing__(self, field: str) -> str:
        return ""


def _headers(ways_out: list[str | None]) -> dict[str, str]:
    """Nothing but our own style sheet; browsers also check where a form's answer leads, hence the origins."""
    origins = sorted({f"{part.scheme}://{part.netloc}" for part in map(urlsplit, filter(None, ways_out))})
    forms_to = " ".join(["'self'", *origins])
    return {
        "content-security-policy": f"default-src 'none'; style-src 'self'; form-action {forms_to}; "
        "base-uri 'none'; frame-ancestors 'none'",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }


def _locale(request: Request, session: Stored | None) -> str:
    return choose_locale(session["locale"] if session else None, request.headers.get("accept-language", ""))


def _success_address(session: Stored) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _reason(error: dict[str, Any]) -> str:
    if str(error["code"]).endswith("authentication_failure"):
        return "authentication_failure"
    if error.get("decline_code") == "insufficient_funds":
        return "insufficient_funds"
    return str(error["code"])
