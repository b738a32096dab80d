"""Committees: the table where an initiative is steered (PRODUCT S1, S2).

A `Committee` says what, how and by whom it decides. A `Seat` is a person's place in it, from a day until another,
within a `College` (residents, contributors, …) that has so many places; the register of seats is public. One joins
by a `SeatRequest` that a lead or a facilitator answers, refusing only with a reason; whoever gave something to the
initiative is welcomed at once, whatever the amount. It never knows decisions or meetings: those put their parts on
its page through a slot.
"""
