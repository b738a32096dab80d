"""Finding a mission (PRODUCT V1, D2): `/missions`, its facets, order and pages, list and map of the same results.

The address holds the whole state of a search. A mission is found by what it says of itself and by its shifts to come:
asked for a day, a moment of the week or a free place, it is found when one shift answers to all of it, and shown with
that shift. Work without a date counts where no day is asked for. This slice writes nothing and knows no volunteer.
"""
