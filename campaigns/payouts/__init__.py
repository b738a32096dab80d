"""Spending the money of a campaign that succeeded (PRODUCT C13, docs/money.md, invariant 18).

Words: a *tranche* is the permission to spend a sum on a cost line, asked by a lead and given by somebody else; an
*expense* is money that was spent, declared with a photo of its evidence, verified by somebody else and then booked; a
*payout* is Stripe's transfer to the association's bank, booked once when the balance shows it.
It never transfers money anywhere, and never lets more be spent than is really there.
"""
