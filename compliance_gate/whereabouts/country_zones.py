"""Zones a person may be in when only the country, or only a dialing code, is known.

Used for one thing: a missing fact is tried with every value it may have. The sets are therefore wide
(territories included), and a country that is not listed yields nothing, which denies.
"""

_US = (
    "America/New_York America/Detroit America/Chicago America/Denver America/Phoenix America/Los_Angeles "
    "America/Anchorage America/Adak America/Puerto_Rico America/St_Thomas Pacific/Honolulu Pacific/Guam "
    "Pacific/Saipan Pacific/Pago_Pago"
)
_CA = (
    "America/St_Johns America/Halifax America/Toronto America/Winnipeg America/Regina America/Edmonton "
    "America/Vancouver America/Whitehorse America/Blanc-Sablon America/Atikokan"
)
_AU = (
    "Australia/Sydney Australia/Brisbane Australia/Adelaide Australia/Darwin Australia/Perth Australia/Eucla "
    "Australia/Lord_Howe Australia/Hobart Indian/Christmas Indian/Cocos Pacific/Norfolk"
)
_MX = (
    "America/Mexico_City America/Cancun America/Monterrey America/Chihuahua America/Ciudad_Juarez "
    "America/Hermosillo America/Mazatlan America/Tijuana America/Ojinaga America/Matamoros"
)
_BR = "America/Sao_Paulo America/Manaus America/Rio_Branco America/Noronha America/Cuiaba America/Fortaleza"

COUNTRY_ZONES: dict[str, frozenset[str]] = {
    country: frozenset(names.split())
    for country, names in {
        "US": _US,
        "CA": _CA,
        "AU": _AU,
        "MX": _MX,
        "BR": _BR,
        "GB": "Europe/London Europe/Jersey Europe/Guernsey Europe/Isle_of_Man",
        "IE": "Europe/Dublin",
        "IN": "Asia/Kolkata",
        "ZA": "Africa/Johannesburg",
        "FR": "Europe/Paris",
    }.items()
}

_DIALING_CODES: tuple[tuple[str, tuple[str, ...]], ...] = (
    # North American numbers may lie in the United States or in Canada; both are tried.
    ("+1", ("US", "CA")),
    ("+44", ("GB",)),
    ("+353", ("IE",)),
    ("+61", ("AU",)),
    ("+91", ("IN",)),
    ("+52", ("MX",)),
    ("+27", ("ZA",)),
    ("+55", ("BR",)),
    ("+33", ("FR",)),
)


MILITARY_MAIL = frozenset({"AA", "AE", "AP"})
"""States of United States military mail, which is delivered anywhere in the world."""


# North American codes that belong to no place: toll-free, personal and premium numbers (NANPA).
_PLACELESS_CODES = """
500 521 522 523 524 525 526 527 528 529 533 544 566 577 588
600 622 633 644 655 677 688 700 800 822 833 844 855 866 877 888 900
"""
_PLACELESS = frozenset(_PLACELESS_CODES.split())


def is_placeless(number: str) -> bool:
    """Whether a number's code says nothing of where its holder is."""
    return number.startswith("+1") and number[2:5] in _PLACELESS


def zones_possible(
    country: str | None, number: str | None = None, region: str | None = None
) -> frozenset[str]:
    """Every zone a place may lie in, by its country or else by its dialing code.

    Returns:
        Empty if that may be anywhere in the world: nothing is known that could be convenient everywhere.
    """
    if country == "US" and region in MILITARY_MAIL:
        return frozenset()
    if country is not None:
        return COUNTRY_ZONES.get(country, frozenset())
    names = () if number is None else countries_of_number(number)
    return frozenset[str]().union(*(COUNTRY_ZONES[name] for name in names))


def countries_of_number(number: str) -> tuple[str, ...]:
    """Countries that a number's dialing code may belong to; empty if the code is not listed."""
    for code, countries in _DIALING_CODES:
        if number.startswith(code):
            return countries
    return ()
