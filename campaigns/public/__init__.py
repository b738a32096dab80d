"""What everybody sees of campaigns: the list and the page of one (PRODUCT C1, UX « Initiative / campaign »).

It reads the slices below and writes nothing. Names come from `pledges.queries.supporters`, which knows who agreed to be
named; amounts of single gifts are never shown (docs/money.md, invariant 15).
"""
