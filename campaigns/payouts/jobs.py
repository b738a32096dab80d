"""What happens to held sums after a commitment has ended."""

from campaigns.payouts.holding import tell

handlers = {"commitment_ended": tell}
