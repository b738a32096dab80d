"""The accountant's file: the ledger of a period on French account numbers, as CSV (PRODUCT C5).

Words: a *chart* gives each of the ledger's accounts its number on a day (setting CIVIC_ACCOUNTS, docs/settings.md); a
*writing line* is one posting as the accountant reads it, in the order of the fichier des écritures comptables.
It reads the ledger and changes nothing; no person is named in it.
"""
