"""Settlement: the decision at the deadline, the charges, what follows from each answer (PRODUCT C3, docs/money.md).

Words: a campaign is *decided* once; a successful one is *collecting* until nothing is open any more or its *grace* is
over; an *attempt* is *settled* when the gateway's answer is recorded; a backer *recovers* a charge that did not work;
*reconcile* finds what a crash or a lost answer left open. The network is never within a transaction.
`deciding` → `charging` → `outcomes` → `closing`; `looking` asks the gateway again; `recovery` is the backer's page.
It never charges before the goal is reached, nor twice, and refunds nothing.
"""
