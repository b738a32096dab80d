"""How somebody who comes gets there: whether she looks for a seat in a car (PRODUCT V5)."""

from volunteering.signups.models import Signup


async def look_for_lift(signup: Signup, *, looks: bool) -> None:
    """She looks for a seat, or does not any more, in the caller's transaction."""
    await Signup.filter(id=signup.id).update(wants_lift=looks)
    signup.wants_lift = looks
