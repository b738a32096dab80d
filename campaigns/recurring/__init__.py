"""Monthly support of an initiative (PRODUCT C14): a standing campaign without goal or end, and those who carry it.

Words: the *standing* campaign (`GoalKind.MONTHLY`, one per initiative) is reviewed like any other; a *support* is one
person's sum and day of the month, its card saved once; a *month* is one pledge and one attempt of it, through the same
charging as everything else, exactly one per (support, month). A charge that stays unpaid pauses the support.
It books nothing itself: settlement, below, does.
"""
