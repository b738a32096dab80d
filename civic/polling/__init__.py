"""The polling station of a decision: paper ballots and the counter, for electors without a telephone (PRODUCT S4, N6).

Who runs the committee hands out *papers*. The paper of an open decision bears a name: two persons type it, each a
`Reading` without seeing the other's, and when both agree it becomes a stance like any other. Papers of a secret ballot
bear no name: once the vote is over two persons type the whole box, each a `Batch`, and equal ones go into the urn
(`civic.ballots`), where all is counted. At the counter the team notes what an elector says aloud.
It never says what anybody said, counts nothing itself, and nobody records her own voice or types a paper twice.
"""
