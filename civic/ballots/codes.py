"""The code with which a voter changes her sealed ballot: shown once, kept as a hash only.

On the way from her vote to the page that shows it, it travels in a cookie that only this site can read.
"""

import hashlib
import re
import secrets

from nacl.encoding import RawEncoder, URLSafeBase64Encoder
from nacl.exceptions import CryptoError
from nacl.hash import blake2b
from nacl.secret import SecretBox

from civic.settings import settings

SIGNS = "34679ACDEFGHJKMNPQRTVXY"
"""No two of them look alike: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V, VV W."""
LENGTH = 12


def new() -> str:
    """A code of twelve signs, some 54 bits."""
    return "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))


def shown(code: str) -> str:
    """As one reads and notes it: « ACDE-FGHJ-KMNP »."""
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def read(written: str) -> str:
    """The code as somebody typed it, in small letters or with spaces; empty when it cannot be one."""
    code = re.sub(r"[\s\u00a0\u202f.-]", "", written).upper()
    return code if len(code) == LENGTH and set(code) <= set(SIGNS) else ""


def hash_of(decision_id: int, code: str, college: str = "") -> str:
    """What is kept of it: whoever finds the code could change a vote, never read it.

    Where colleges weigh, a code works only in the `college` it was given in.
    """
    return hashlib.sha256(f"ballot\0{decision_id}\0{college}\0{code}".encode()).hexdigest()


def wrap(decision_id: int, code: str) -> str:
    """The code for its cookie, readable by this site only."""
    return _box().encrypt(f"{decision_id}:{code}".encode(), encoder=URLSafeBase64Encoder).decode()


def unwrap(decision_id: int, cookie: str) -> str:
    """The code of a cookie of this decision; empty for anything else."""
    try:
        text = _box().decrypt(cookie.encode(), encoder=URLSafeBase64Encoder).decode()
    except (CryptoError, ValueError):
        return ""
    wanted, _colon, code = text.partition(":")
    return read(code) if wanted == str(decision_id) else ""


def _box() -> SecretBox:
    secret = settings().secret_key.encode()
    return SecretBox(blake2b(secret, digest_size=SecretBox.KEY_SIZE, person=b"civic-code", encoder=RawEncoder))
