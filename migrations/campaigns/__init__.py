"""Schema changes of the app campaigns, in the order of their numbers."""
