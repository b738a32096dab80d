"""What a backer has written so far, in a signed cookie of the flow's own path: no step is asked twice, none skipped.

The draft carries the form key that makes sending it twice harmless; changing anything makes a new key and remembers the
former one, so that what it held can be let go.
"""

import re
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from civic.settings import settings
from civic.web import urls
from civic.web.page import redirect

COOKIE = "don"
LIFE_SECONDS = 7200


@dataclass(slots=True)
class Draft:
    """One gift in the making, for one campaign. Amounts in cents.

    `made`: nothing is left of it but the path of the page that says where the gift stands, for another tab.
    """

    campaign_id: int
    amount_cents: int = 0
    reward_id: int = 0
    name: str = ""
    email: str = ""
    shown: str = ""
    amount_hidden: bool = False
    commune: str = ""
    source: str = ""
    made: str = ""
    key: str = ""
    former: list[str] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """The form keys of this gift as it is and as it was."""
        return [*self.former, self.key] if self.key else []

    @property
    def has_gift(self) -> bool:
        """Step « Mon don » is done."""
        return self.amount_cents > 0

    @property
    def has_backer(self) -> bool:
        """Step « Moi » is done."""
        return self.has_gift and bool(self.shown)

    def change(self, **values: Any) -> None:
        """Write a step; a draft that says something else is another gift, with a key of its own."""
        before = asdict(self)
        for name, value in values.items():
            setattr(self, name, value)
        if self.key and asdict(self) == before:
            return
        if self.key:
            self.former = [*self.former, self.key][-5:]
        self.key = secrets.token_urlsafe(18)


def source_meant(text: str) -> str:
    """The source an address or a form names: a short word of lower-case letters, digits and dashes, or nothing."""
    return text if re.fullmatch(r"[a-z0-9-]{1,24}", text) else ""


def read(request: Request, campaign_id: int) -> Draft:
    """The draft this browser carries for this campaign, or an empty one."""
    try:
        values = _signer().loads(request.cookies.get(COOKIE, ""), max_age=LIFE_SECONDS)
        draft = Draft(**values)
    except (BadSignature, TypeError):
        return Draft(campaign_id)
    return draft if draft.campaign_id == campaign_id else Draft(campaign_id)


def keep(response: Response, draft: Draft, slug: str) -> Response:
    """Send the draft along with an answer."""
    response.set_cookie(
        COOKIE, _signer().dumps(asdict(draft)), max_age=LIFE_SECONDS, httponly=True, samesite="lax",
        secure=settings().secure, path=urls.path("campaigns.show", slug=slug),
    )  # fmt: skip
    return response


def step_before(draft: Draft, slug: str) -> Response:
    """To the first step that is not done yet, or to the word that this gift is made already."""
    if draft.made:
        return redirect("pledges.already", slug=slug)
    return redirect("pledges.me" if draft.has_gift else "pledges.gift", slug=slug)


def done(response: Response, campaign_id: int, slug: str, where: str) -> Response:
    """The gift is made: the draft goes, another tab or the back key learn `where` it stands (a path)."""
    return keep(response, Draft(campaign_id, made=where), slug)


def forget(response: Response, slug: str) -> Response:
    """Nothing came of the gift: the draft goes."""
    response.delete_cookie(COOKIE, path=urls.path("campaigns.show", slug=slug))
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="pledge-draft")
