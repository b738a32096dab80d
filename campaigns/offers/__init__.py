"""Offers of time and things on a campaign's expenses (PRODUCT C8): hours, a lent van, two hundred bricks.

Words: an *offer* waits for its e-mail, then for the lead; *accepting* gives it an estimated value and lowers the cash
still needed on its line; *relief* is the part of it that a reviewer lets lower the deciding minimum, 48 hours before
the deadline at the latest. Each step is undone as it was done, and every change is kept (`OfferChange`).
"""
