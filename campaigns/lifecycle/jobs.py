"""What time does to campaigns: approved ones open on their day; backers hear that a suspended one goes on."""

from campaigns.lifecycle.service import launch_due

handlers = {"campaigns_opened": launch_due}
minutes = {"campaigns_opened": 10}
