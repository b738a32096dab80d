"""What coordinators have in hand: their week, a word to all who come, the sheet to sign, and what is typed back (V5).

Words: the *week* is every shift of the initiatives one runs, by day; a *message* goes to all who come to one shift,
each by a mail of her own; the *sheet* is the A4 paper that people sign, *re-entry* the screen where it is typed back.
Only leads of the initiative and the team come here. Sign-ups themselves are written by `signups` alone, nobody's
address is shown to another volunteer, and who takes a list away is written down.
"""
