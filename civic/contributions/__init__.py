"""Who gave money, time or a thing to what: opaque rows for *mon espace* and the contributors' college (PRODUCT S2).

A `Contribution` carries no amount and no public name. The slice that knows the gift writes it in its own transaction
and revokes it when the gift is undone (refund, hours struck out).
"""
