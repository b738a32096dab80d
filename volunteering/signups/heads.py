"""How many of a group came: a coordinator counts heads, and only they have given time (PRODUCT V5, V6)."""

from civic.errors import Invalid
from civic.i18n import _
from volunteering.signups.models import Signup


async def count(signup: Signup, came: int) -> bool:
    """So many of her group were there (0: nobody has said). True when that is new. Raises Invalid for too many."""
    if came > signup.party:
        said = _("Ce groupe compte %(n)s personnes : notez les autres comme venues sans s’inscrire.", n=signup.party)
        raise Invalid(said, field=f"n{signup.id}")
    if not came or came == signup.present:
        return False
    signup.came = came if came < signup.party else None
    await Signup.filter(id=signup.id).update(came=signup.came)
    return True
