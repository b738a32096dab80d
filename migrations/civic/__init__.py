"""Schema changes of the app civic, in the order of their numbers."""
