"""Time for initiatives: missions, shifts, sign-ups, hours, attestations (PRODUCT V1 to V7)."""
