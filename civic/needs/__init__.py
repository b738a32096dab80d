"""What initiatives lack, of four kinds: voice, time, money, things (PRODUCT D1).

A `Need` row is a gauge: target, reached, until when, open or not. Campaigns, volunteering and committees call `keep`
from their own transactions, so that pages below show true gauges without knowing where they come from.
"""
