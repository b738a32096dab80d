"""The public proof of a campaign's accounts: what came in, what went out, and how anybody checks it (PRODUCT C5).

Words: a *line* is one sum of the balance; the *merged* gifts are those whose amounts are published only together
(docs/money.md, invariant 15); an entry of the export is *open* (it says what was booked) or *sealed* (only its seal).
`privacy` decides what may be published, `accounts` adds up, `export` writes the file, `checking` reads it without the
database. It only reads: nothing here changes the ledger.
"""
