"""Finding what exists: the explorer with its map, and what a commune page and its block show (PRODUCT D2, D3, D4).

The address holds the whole state of a search; the list and the map come from the same conditions. It reads initiatives,
needs and communes and writes nothing.
"""
