"""Papers from the ledger of hours: attestation, skills sheet, engagement account, yearly valuation (PRODUCT V7).

Words: an attestation is a numbered statement of hours with a check code; anybody who holds the paper may verify it at
/attestations, and sees then what the paper says, nothing more. It is made from agreed hours only, which it freezes, and
keeps its own copy of what it says. It is revoked, never changed. Rates and thresholds are dated facts with their
source; nothing here is fiscal advice and nothing of it is paid.
"""
