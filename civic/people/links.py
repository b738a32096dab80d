"""Secret links: a signed purpose and id, so that a link can be sent again without being stored.

`make("pledge", 12)` → token, `read("pledge", token)` → 12. What a link allows is the purpose's business; using it twice
must be harmless or refused by the state of its object. A link says when it was made: what a person had mailed to her
before she signed a device out may be in wrong hands, and leads nowhere any more (`check_current`).
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from civic.errors import Gone, NotFound
from civic.i18n import _
from civic.settings import settings

if TYPE_CHECKING:
    from civic.people.models import Person


def make(purpose: str, object_id: int) -> str:
    """A token that leads to this object for this purpose."""
    return _signer(purpose).dumps(object_id)


def read(purpose: str, token: str, *, max_age: int | None = None) -> int:
    """The id behind a token. Raises NotFound for a forged one, Gone for one older than `max_age` seconds."""
    return _opened(purpose, token, max_age)[0]


def check_current(person: "Person", purpose: str, token: str) -> None:
    """Nothing has ended her former links since this one was made. Raises Gone, NotFound for a forged one."""
    if person.links_since is not None and _opened(purpose, token)[1] < person.links_since:
        raise Gone(_(
            "Ce lien ne vaut plus : des appareils ont été déconnectés depuis. "
            "Connectez-vous, ou demandez de nouveaux liens."
        ))  # fmt: skip


def from_now_on() -> datetime:
    """The moment (UTC) whose links count when all made so far end; a link bears a whole second of the computer’s clock,
    which travels with no demonstration."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)


def _opened(purpose: str, token: str, max_age: int | None = None) -> tuple[int, datetime]:
    """The id behind a token, and when it was made."""
    try:
        found: tuple[Any, datetime] = _signer(purpose).loads(token, max_age=max_age, return_timestamp=True)
    except SignatureExpired:
        raise Gone(_("Ce lien n’est plus valable. Demandez-en un nouveau.")) from None
    except BadSignature:
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message.")) from None
    if not isinstance(found[0], int):
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message."))
    return found


def _signer(purpose: str) -> URLSafeTimedSerializer:
    import hashlib

    return URLSafeTimedSerializer(
        settings().secret_key, salt=f"link:{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )
