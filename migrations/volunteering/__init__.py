"""Schema changes of the app volunteering, in the order of their numbers."""
