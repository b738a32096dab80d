"""Pictures that people send: checked, re-encoded, stripped of what a camera writes into them, served in two widths.

Words: a `Picture` is one stored photo, or the first page of a PDF whose pages were drawn anew (`documents`); its files
live in DATA/media and are never the bytes that were uploaded.
"""
