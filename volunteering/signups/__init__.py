"""Sign-ups: who comes to a shift, who waits, who stepped back (PRODUCT V2, V3, A2).

With an account a place is taken at once. A visitor's place is *held*: it counts like any other and lapses unless the
mailed link confirms it in time. When a shift is full one waits, and whoever frees a place offers it to the next in
line in the same transaction (docs/decisions/0010). Every change of state is a row of history.
Capacity is never counted before it is taken, nobody sees others' names but the leads, nobody is ranked.
"""
