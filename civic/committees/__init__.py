"""Committees: the tables where people decide, for an initiative or for the network (PRODUCT S1, S2).

A `Committee` says what, how and by whom it decides; it may have working groups. A `Seat` is a place in it, of a person
or of an organisation (titular, substitute), from a day until another, within a `College` that has so many places and
may weigh its part. One joins at once, by a `SeatRequest`, or by an `Invitation`; whoever gave something is welcomed at
once, whatever the amount, and may stay unnamed in the public `register`. It never knows decisions or meetings: those
put their parts on its page through a slot, and take their electorate from the seats.
"""
