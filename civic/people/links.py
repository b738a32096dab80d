"""Secret links: a signed purpose and id, so that a link can be sent again without being stored.

`make("pledge", 12)` → token, `read("pledge", token)` → 12. What a link allows is the purpose's business; using it twice
must be harmless or refused by the state of its object.
"""

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from civic.errors import Gone, NotFound
from civic.i18n import _
from civic.settings import settings


def make(purpose: str, object_id: int) -> str:
    """A token that leads to this object for this purpose."""
    return _signer(purpose).dumps(object_id)


def read(purpose: str, token: str, *, max_age: int | None = None) -> int:
    """The id behind a token. Raises NotFound for a forged one, Gone for one older than `max_age` seconds."""
    try:
        object_id = _signer(purpose).loads(token, max_age=max_age)
    except SignatureExpired:
        raise Gone(_("Ce lien n’est plus valable. Demandez-en un nouveau.")) from None
    except BadSignature:
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message.")) from None
    if not isinstance(object_id, int):
        raise NotFound(_("Ce lien n’est pas complet. Copiez-le en entier depuis votre message."))
    return object_id


def _signer(purpose: str) -> URLSafeTimedSerializer:
    import hashlib

    return URLSafeTimedSerializer(
        settings().secret_key, salt=f"link:{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )
