"""The ledger of hours: who gave how much time to which initiative, agreed by both sides (PRODUCT V6).

Words: an entry is PROPOSED (from attendance, or by the person herself), CORRECTED by the person, VALIDATED by a
coordinator, FROZEN once a paper or closed accounts hold it, REFUSED with a reason, or WITHDRAWN by whoever proposed it.
It carries its own words and outlives the shift and the mission. Governance hours (boards, committees, assemblies) are
a kind of their own and never mix with the rest. It knows no negative points and no ranking; time is in minutes, days
are the territory's.
"""
