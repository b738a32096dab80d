"""An organisation opens its own payment account, so that its campaign is collected there and not by the host (mode B).

Its *representative*, who also leads the campaign, leaves for Stripe's page, gives the papers there and comes back; what
the account may do is read anew on the way back, when Stripe tells, and four times a day (`payments.accounts`). When it
can no longer charge, leads and treasurers hear it. The rules are in docs/decisions/0016.
"""
