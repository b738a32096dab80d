"""Secret ballots: a box with a lock, sealed while a vote is open, opened once at the closing (PRODUCT S4).

A `BallotBox` belongs to one decision; its public key seals, its private key lies in a file under DATA and nowhere else
(`keys`), and is destroyed after the count. A `SealedBallot` has a random id and a length that says nothing: no person,
no time. What two persons type of a box of papers is sealed in the same way until they agree. A `CountedBallot` is what
was in a ballot, shuffled. Who has voted is known to decisions, what she voted to nobody.
It never learns a person, never writes a code down in clear, and never opens a box before its decision closes.
"""
