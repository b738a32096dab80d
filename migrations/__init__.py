"""Schema changes, one package per app, applied in the order civic, campaigns, volunteering."""
