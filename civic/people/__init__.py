"""Who acts: persons, their sign-in, their sessions, the few roles that are not tied to one object.

A `Person` may have no account (she acted by e-mail link, or at the counter); an address may serve several persons, as
couples do. An `Actor` is who acts now: the person, the hat she wears, and who records it for her at the counter.
Roles of objects (lead of X, seat in Y) live with those objects. People never knows initiatives, money or missions.
"""
