"""The check code of a paper: ten characters that cannot be taken for one another, read as people copy them.

The alphabet is Crockford's: the digits and the letters without I, L, O, U. Who writes O means 0, who writes I or L
means 1; spaces, hyphens and small letters are fine. Fifty bits drawn at random: nobody guesses one.
"""

import secrets

from civic.errors import Invalid
from civic.i18n import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_LOOKALIKES = str.maketrans("OIL", "011")


def new() -> str:
    """A code that nobody has (a double would meet the unique index)."""
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))


def read(text: str) -> str:
    """The code somebody copied from a paper. Raises Invalid when it cannot be one."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum()).translate(_LOOKALIKES)
    if len(signs) != LENGTH or any(sign not in ALPHABET for sign in signs):
        raise Invalid(
            _("Un code a dix lettres ou chiffres, par exemple 7K3QD-9XW2M. Il est en bas du papier."), field="code"
        )
    return signs


def shown(code: str) -> str:
    """« 7K3QD-9XW2M »: as it stands on the paper."""
    return f"{code[:5]}-{code[5:]}"
