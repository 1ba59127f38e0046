"""Money: integer cents with a currency. Never a float."""

from dataclasses import dataclass
from typing import Annotated

from compliance_gate.valid import MOST, Within, shown
from dialer.domain.errors import InvalidFactError
from dialer.domain.valid import valid


def units(cents: int) -> str:
    """Cents in units with two decimals, without a currency: for files. Exact, whatever the amount."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
"""The currencies people pay in (ISO 4217, list one, without funds, metals and test codes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
@valid
class Money:
    """An amount.

    Args:
        cents: hundredths of the unit; negative is a credit.
        currency: ISO 4217 code.
    """

    cents: Annotated[int, Within(-MOST, MOST, "cents")]
    currency: str = "USD"

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise InvalidFactError(f"currency {shown(self.currency)} is not an ISO 4217 code such as 'USD'")

    def __str__(self) -> str:
        return f"{self.cents / 100:,.2f} {self.currency}"
