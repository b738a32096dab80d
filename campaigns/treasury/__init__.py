"""The treasurer's page: everything about money that awaits a second pair of eyes, in one place.

It shows what the slices of money put into `campaigns.slots.treasury_panels`: offline gifts to verify, refunds to
approve, what reconciling found, receipts. Its search finds every
gift, promised online or given by hand. It holds no rows and changes nothing.
"""
