"""Shifts: a mission's slots of time, each with its places (PRODUCT V1).

A `Shift` is stored in UTC and shown on the territory's clocks, so that a night of October lasts as long as it lasts.
`taken` can never leave 0..capacity: that is a constraint of the table, and the sign-ups take places by one conditional
update. Whoever changes anything of a shift writes its row first: the row is the lock of its places and of its queue.
A cancelled shift stays, with its reason.
"""
