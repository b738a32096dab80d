"""What a year of given hours is worth in the accounts: the valuation of volunteering (PRODUCT V7).

Words: a *rate* is what an hour counts for from a day on, with its source; a *report* multiplies the agreed hours of a
year by the rate of their day, for the whole network, an organisation or an initiative; hours of governance stand apart.
To *close* a year freezes its agreed hours, so that a report that was handed in stays true. Nothing here is paid, and
nothing is advice: the accountant decides what is written under 864 and 875 (règlement ANC n° 2018-06).
"""
