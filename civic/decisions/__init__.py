"""Decisions of a committee: a question, positions with reasons, a result, an outcome (PRODUCT S4, S5).

A `Decision` is drafted, then opened to an electorate (`Elector`: who held a seat at that moment), its options frozen,
until an exact moment when a job closes it and counts once (`counting`, pure functions). A `Stance` is one person's
position; she may change it until closing, the former ones are kept. What people then decide to do is the
human-written outcome. Methods so far: consent and majority. Ballots are open, positions bear names: the secret
ballot is a later issue. It never edits a counted result.
"""
