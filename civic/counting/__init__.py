"""Counting: what a method makes of the positions people took (PRODUCT S2, S4).

Pure functions on whole numbers and fractions: nothing here knows a clock, a database, a person or a language. `rules`
holds the words all methods share and counts consent and majority; `dots`, `ranked` and `shares` are one method each,
`weights` says what a voice weighs in its college, `count` is the one way in, `published` writes and recounts the file
anybody may download. The same positions in another order give the same result; a tie is said, never drawn.
"""
