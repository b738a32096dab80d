"""Match funding: communes and companies that add their own money to the residents' (PRODUCT C6, docs/money.md).

Words: a *matcher* is the organisation that adds; its *fund* is a pot with a budget that may serve several campaigns;
an *agreement* is the fund's rule for one campaign, proposed by the team and accepted by a secret link; a *match* is
what one agreement adds to one pledge: reserved, then due when the campaign is funded, then received, or released.
`rule` is pure and exact; `service.recompute` is the only writer of matches, in the transaction that holds the campaign.
It never matches a match nor a tip, never exceeds a budget, and says nothing to a matcher about single backers.
"""
