"""Money for initiatives: campaigns, pledges, payments, settlement, ledger (PRODUCT C1 to C14, docs/money.md)."""
