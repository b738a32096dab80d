"""Texts as they leave: without the e-mail addresses and telephone numbers that somebody typed into them."""

import re

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\d,.])(?:(?:\+|00)\d{2,3}[\s.-]?(?:\(0\))?[\s.-]?\d|0[1-9])(?:[\s./-]?\d{2}){4}(?!\d)")
LEFT_OUT = "[…]"


def without_addresses(text: str) -> str:
    """The text, with « […] » where one could write to or call somebody."""
    return PHONE.sub(LEFT_OUT, EMAIL.sub(LEFT_OUT, text))
