"""Lifts to a shift: seats offered and sought, by commune (PRODUCT V5, N2).

Words: an offer has seats, a wish has the party of its sign-up; both belong to a sign-up and go with it. People see of
each other a first name, an initial and a commune; they write to each other through us. A lift is arranged by the two
of them: nothing here is booked, counted or paid.
"""
