"""Working on a proposal by consent: questions, amendments, revisions of its text (PRODUCT S4).

In its first stage a proposal takes a `ProposalQuestion` of anybody of its electorate, answered by who runs the
committee or wrote it, and an `Amendment`: what to change and why. Accepting one rewrites the text and makes a
`Revision`, which keeps both versions; declining one needs a reason. In the second stage only integrating an objection
rewrites it. Positions stay with `decisions`: a revision never touches what somebody has said.
"""
