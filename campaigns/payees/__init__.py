"""Who receives a campaign's money when it is not the host: another legal entity, on its own Stripe account (mode B).

A *payee* is an organisation with what Stripe says of its account. Closed until the host has entered its ORIAS number
(CIVIC_ORIAS): collecting for others is an intermediary's trade. The host never holds or transfers this money
(docs/decisions/0016). Opening the account is `campaigns.onboarding`; asking Stripe about it, `campaigns.payments`.
"""
