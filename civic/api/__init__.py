"""Open data (PRODUCT D9): what the public pages say, for other programs, to read and never to write.

A *kind* (`kinds.Kind`) is one list of things that everybody may see; packages above hand theirs in by the slot
`open_data`. Each is answered as JSON below `/api/v1/` and as a CSV file, page by page in the order of its key, which
never moves: a reader who follows `next` gets each thing once. The OpenAPI document is made of the very types that are
answered. Feeds and the sitemap say the same in other words.

No personal data leaves by here: no name of who wrote, leads, sits or gives, no e-mail address and no telephone number,
not even one that somebody typed into a text (`civic.web.plain`). Of money only what the public page tells
(docs/decisions/0014).
"""
