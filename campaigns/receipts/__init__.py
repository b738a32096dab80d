"""Tax receipts (PRODUCT C9): numbered proofs of gifts that the law lets donors deduct.

Words: a *donor* is a backer who said who she is for the tax office; a *receipt* is a row that never changes, numbered
without gap per issuer and year of issue; a *void* takes one back and has a number of its own; a *report* counts a
year's receipts for the declaration of art. 222 bis CGI.
A receipt is issued only for money received, eligible and not refunded (docs/money.md, invariant 13). It never states
an amount the ledger does not hold, and none is issued until the host has entered its ground (`CIVIC_RECEIPT_*`).
"""
