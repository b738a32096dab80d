"""Decisions of a committee: a question, positions with reasons, a result, an outcome (PRODUCT S4, S5).

A `Decision` is drafted, then opened to an electorate (`Elector`: who held a seat at that moment), its options frozen,
until an exact moment when a job closes it and counts once (`counting`, pure functions). A `Stance` is one person's
position; she may change it until closing, the former ones are kept. What people then decide to do is the
human-written outcome. Consent and majority say yes or no to one proposal; dots, ranking and a shared budget choose
among several options. Whatever the way of casting, a voice is a `Position`, checked and counted without its person.
A secret decision (`secret`, `sealing`) has no stances: its ballots lie in a box of `ballots`.
It never edits a counted result.
"""
