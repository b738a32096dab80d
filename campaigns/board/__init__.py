"""The lead's board of a campaign: curve, sources, conversion, forecast, backers, deliveries (PRODUCT C12).

Visits are counted as pages seen per day and source word, never per person. Backers appear as they agreed to: anonymous
ones without a name, hidden amounts never, and never fewer than three amounts out of sight (a single one would be the
difference of the others to the total). A *delivery* is what is owed to a backer who chose a reward; her postal address
is asked by a mailed link, only where the reward needs it, and forgotten two months after the delivery.
"""
