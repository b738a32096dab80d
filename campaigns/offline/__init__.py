"""Offline money: cheques, cash and transfers, from the market stall to the bank (PRODUCT C7).

An *offline gift* is announced by its backer while she gives (`promising`) or promised at a stall, received (how,
which day), verified by another person than the one who recorded it, and banked on a *deposit* slip; what the treasury
does not recognise is *sent back* or struck. A *slip* is a numbered paper with a QR code. A bank *statement* holds
*lines*, known by a hash so that a second import changes nothing; a line that names a gift's reference and its amount,
or is a deposit's total, proposes it; a second person confirms. Money counts and is booked when it is verified, never
before (invariant 16); every correction is a reversal. It never touches a card.
"""
