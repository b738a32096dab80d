"""Offline money: cheques, cash and transfers, from the market stall to the bank (PRODUCT C7).

An *offline gift* is promised, received (how, which day), verified by another person than the one who recorded it, and
banked on a *deposit* slip. A *slip* is a numbered paper with a QR code. A bank *statement* holds *lines*, known by a
hash so that a second import changes nothing; a line that names a reference and its amount proposes a gift, which a
second person confirms. Money counts and is booked when it is verified, never before (invariant 16); every correction
is a reversal. It never touches a card.
"""
