"""Commitments: who does what until when, and what became of it (PRODUCT S5).

A `Commitment` is taken by oneself, or proposed by who runs the committee and then accepted or declined. It ends kept,
with its evidence, or dropped, with a reason; meanwhile its day may be moved and it may be handed to another member.
Each of these is a `Step` of its history, which is only added to. One person answers for it, also for an
organisation's seat: what several promise, nobody does. It never shows the name of who sits discreetly to outsiders.
"""
