"""The network's own pages: home, « Mon espace », legal texts, site map (PRODUCT N1, A3).

They show what other slices hand in through slots (ways to help this week, todos, gifts, figures) and know none of them.
"""
