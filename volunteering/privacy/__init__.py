"""What volunteering knows of a person: handed to her, forgotten in time, and erased when she asks (PRODUCT A5).

Words: to erase leaves the rows that totals are made of (who came is a sign-up without words of hers), and takes what
she said, wishes, calls, lifts and feeds away; hours and attestations do the same in their own slices. Nothing here is
shown to anybody but herself.
"""
