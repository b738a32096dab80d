"""The ledger: every cent that really moved, double entry, append-only (PRODUCT C5, docs/money.md « Ledger »).

Words: an *entry* is one balanced booking of one fact (a charge, a fee, a reversal); a *posting* is one signed amount on
one account, debits positive; a *chain* links the entries of one campaign by their hashes, over opaque ids and amounts
only, so that erasing a person never breaks it. `service.book` and `service.reverse` are the only writers.
It never updates nor deletes (triggers on both engines), never posts a promise, knows neither pledges nor gateway.
"""
