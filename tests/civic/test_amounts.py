"""Amounts as people write them."""

from civic.i18n import speaking
from civic.web.formats import money


def test_money_that_goes_out_bears_a_true_minus_sign_in_both_languages() -> None:
    with speaking("fr"):
        assert [money(412_000), money(-4_410)] == ["4\u202f120\u202f€", "\u221244,10\u202f€"]
    with speaking("en"):
        assert [money(412_000), money(-4_410)] == ["€4,120", "\u2212€44.10"]
