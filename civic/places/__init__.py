"""Communes: every commune of France, found by name, postcode or distance.

Words: a commune (INSEE code), its postcodes (a postcode may serve several communes and the reverse), the
territory (the communes of the PTCE, by the setting CIVIC_TERRITORY). Names are compared folded: without
accents, ligatures, apostrophes or case, « St » as « Saint ». The file of communes comes with the code;
`service.load` puts it in the database. This slice never asks a geocoder, and never corrects a name that a
person has written.
"""
