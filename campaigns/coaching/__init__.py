"""Letters that coach a lead through her campaign (PRODUCT C10): short, practical, each once, easy to stop.

Words: a *moment* is when a letter is due (an idle draft, the eve, the first day, half-way, the last 48 hours, after);
a `CoachLetter` row is the proof that a campaign's letter of that moment went out, so it never goes twice.
One click stops them all for a person (`CoachStop`), another starts them again.
"""
