"""The team's desk (PRODUCT N6): what asks for attention, and the tools that only the team has.

It shows what other slices hand in through the slot `desk_todos`, and lets the animator import initiatives.
"""
