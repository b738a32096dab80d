"""A campaign's life: written by a lead, read by somebody else, live, decided, accounted for (PRODUCT C1, MONEY).

Words: a *cost line* says what the money is for (required lines make the minimum, all lines the optimum); a *reward*
is a thank-you with a stock; a *review* is another person's reading before anything is public.
`transitions` holds the table of states as data and the only way to change one. It never knows pledges or payments.
"""
