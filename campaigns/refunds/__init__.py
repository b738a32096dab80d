"""Money that goes back: refunds wanted by the team, disputes wanted by a card's owner (PRODUCT C4, docs/money.md).

Words: a refund is *requested* by one person, *approved* by another (a treasurer) or *refused*, then *sent*; it *fails*
when the backer's bank sends it back, even weeks later. A *dispute* is opened by a bank, *won* or *lost*; a direct debit
that its bank takes back is a dispute lost at once. A campaign is *unwound* when all its gifts go back.
`requesting` → `sending` → `position`; `disputes`, `unwinding`, `looking` asks the gateway again.
It never gives back more than was collected, nor what is contested, and no one decides alone.
"""
