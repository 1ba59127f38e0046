"""Languages and countries, by whatever word a creditor names them."""

from functools import lru_cache

import phonenumbers

from dialer.domain.keys import folded
from dialer.intake.values import BadValueError

_ISO_639 = frozenset(
    [
        "aa",
        "ab",
        "ae",
        "af",
        "ak",
        "am",
        "an",
        "ar",
        "as",
        "av",
        "ay",
        "az",
        "ba",
        "be",
        "bg",
        "bi",
        "bm",
        "bn",
        "bo",
        "br",
        "bs",
        "ca",
        "ce",
        "ch",
        "co",
        "cr",
        "cs",
        "cu",
        "cv",
        "cy",
        "da",
        "de",
        "dv",
        "dz",
        "ee",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "ff",
        "fi",
        "fj",
        "fo",
        "fr",
        "fy",
        "ga",
        "gd",
        "gl",
        "gn",
        "gu",
        "gv",
        "ha",
        "he",
        "hi",
        "ho",
        "hr",
        "ht",
        "hu",
        "hy",
        "hz",
        "ia",
        "id",
        "ie",
        "ig",
        "ii",
        "ik",
        "io",
        "is",
        "it",
        "iu",
        "ja",
        "jv",
        "ka",
        "kg",
        "ki",
        "kj",
        "kk",
        "kl",
        "km",
        "kn",
        "ko",
        "kr",
        "ks",
        "ku",
        "kv",
        "kw",
        "ky",
        "la",
        "lb",
        "lg",
        "li",
        "ln",
        "lo",
        "lt",
        "lu",
        "lv",
        "mg",
        "mh",
        "mi",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "mt",
        "my",
        "na",
        "nb",
        "nd",
        "ne",
        "ng",
        "nl",
        "nn",
        "no",
        "nr",
        "nv",
        "ny",
        "oc",
        "oj",
        "om",
        "or",
        "os",
        "pa",
        "pi",
        "pl",
        "ps",
        "pt",
        "qu",
        "rm",
        "rn",
        "ro",
        "ru",
        "rw",
        "sa",
        "sc",
        "sd",
        "se",
        "sg",
        "si",
        "sk",
        "sl",
        "sm",
        "sn",
        "so",
        "sq",
        "sr",
        "ss",
        "st",
        "su",
        "sv",
        "sw",
        "ta",
        "te",
        "tg",
        "th",
        "ti",
        "tk",
        "tl",
        "tn",
        "to",
        "tr",
        "ts",
        "tt",
        "tw",
        "ty",
        "ug",
        "uk",
        "ur",
        "uz",
        "ve",
        "vi",
        "vo",
        "wa",
        "wo",
        "xh",
        "yi",
        "yo",
        "za",
        "zh",
        "zu",
    ]
)
"""ISO 639-1."""

_WORDS = {
    "en": "english eng ingles anglais englisch",
    "es": "spanish spa esp espanol español castellano castilian castellan espagnol spanisch latin_american",
    "zh": "chinese chi zho mandarin cantonese zhongwen 中文 putonghua",
    "vi": "vietnamese vie",
    "tl": "tagalog tgl filipino fil pilipino",
    "ko": "korean kor 한국어",
    "hy": "armenian arm hye",
    "ru": "russian rus русский",
    "ar": "arabic ara العربية",
    "fa": "persian farsi per fas dari",
    "ht": "haitian haitian_creole hat creole kreyol kreyòl",
    "fr": "french fre fra francais français französisch",
    "de": "german ger deu deutsch aleman alemán allemand",
    "pt": "portuguese por portugues português brazilian",
    "it": "italian ita italiano",
    "pl": "polish pol polski",
    "ja": "japanese jpn 日本語",
    "hi": "hindi hin हिन्दी",
    "ur": "urdu urd",
    "pa": "punjabi panjabi pan",
    "bn": "bengali bangla ben",
    "gu": "gujarati guj",
    "ta": "tamil tam",
    "te": "telugu tel",
    "km": "khmer cambodian khm",
    "lo": "lao laotian",
    "hmn": "hmong hmn",
    "so": "somali som",
    "am": "amharic amh",
    "sw": "swahili swa",
    "nv": "navajo nav",
    "th": "thai tha",
    "el": "greek gre ell",
    "he": "hebrew heb",
    "yi": "yiddish yid",
    "tr": "turkish tur",
    "uk": "ukrainian ukr",
    "ro": "romanian rum ron",
    "hu": "hungarian hun",
    "nl": "dutch dut nld",
    "sq": "albanian alb sqi",
    "cs": "czech cze ces",
    "cy": "welsh wel cym",
    "sv": "swedish swe",
    "ase": "asl american_sign_language ase",
}
_BY_WORD = {word: tag for tag, words in _WORDS.items() for word in words.split()}
_THREE_LETTERS = frozenset(tag for tag in _WORDS if len(tag) == 3)

UNKNOWN_LANGUAGE = "und"
"""BCP 47: which language it is is not determined; no agent speaks it."""


@lru_cache(maxsize=4096)
def language_of(text: str) -> str:
    """A language tag (BCP 47): `es`, `es-MX`.

    Raises:
        BadValueError: no language is called so.
    """
    word = "_".join(folded(text).split())
    if word in _BY_WORD:
        return _BY_WORD[word]
    primary, *rest = word.replace("_", "-").split("-")
    if primary in _ISO_639 or primary in _THREE_LETTERS:
        if not rest:
            return primary
        if len(rest) <= 2 and all(2 <= len(part) <= 4 and part.isalnum() for part in rest):
            return "-".join((primary, *(_subtag(part) for part in rest)))
    head = word.split("_")[0].split("(")[0].split(",")[0]
    if head != word and head in _BY_WORD and not any(mark in word for mark in "/&+") and "_or_" not in word:
        return _BY_WORD[head]
    raise BadValueError("not a language (use en, es, es-MX)")


def _subtag(part: str) -> str:
    return part.title() if len(part) == 4 else part.upper()


_COUNTRIES = {
    "US": "usa united_states united_states_of_america the_united_states america us_of_a",
    "CA": "can canada",
    "GB": "gbr uk united_kingdom great_britain england scotland wales northern_ireland britain",
    "MX": "mex mexico méxico",
    "PR": "pri puerto_rico",
    "VI": "vir us_virgin_islands virgin_islands",
    "GU": "gum guam",
    "AS": "asm american_samoa",
    "MP": "mnp northern_mariana_islands",
    "IE": "irl ireland republic_of_ireland",
    "DE": "deu ger germany deutschland",
    "FR": "fra france",
    "ES": "esp spain españa espana",
    "IT": "ita italy italia",
    "PT": "prt portugal",
    "NL": "nld netherlands the_netherlands holland",
    "BE": "bel belgium",
    "CH": "che switzerland",
    "AT": "aut austria",
    "AU": "aus australia",
    "NZ": "nzl new_zealand",
    "IN": "ind india",
    "PH": "phl philippines the_philippines",
    "CN": "chn china",
    "JP": "jpn japan",
    "KR": "kor south_korea korea",
    "BR": "bra brazil brasil",
    "DO": "dom dominican_republic",
    "JM": "jam jamaica",
    "BS": "bhs bahamas the_bahamas",
    "CO": "col colombia",
    "CU": "cub cuba",
    "HT": "hti haiti",
    "GT": "gtm guatemala",
    "SV": "slv el_salvador",
    "HN": "hnd honduras",
    "PL": "pol poland",
    "SE": "swe sweden",
    "NO": "nor norway",
    "DK": "dnk denmark",
    "FI": "fin finland",
}
_BY_COUNTRY = {word: code for code, words in _COUNTRIES.items() for word in words.split()}
_REGIONS = frozenset(phonenumbers.SUPPORTED_REGIONS)


@lru_cache(maxsize=4096)
def country_of(text: str) -> str:
    """A country's two letters (ISO 3166-1), by them, by three, or by its name.

    Raises:
        BadValueError: no country is called so.
    """
    word = "_".join(folded(text).replace(".", " ").replace("-", " ").split())
    joined = word.replace("_", "")
    if word in _BY_COUNTRY:
        return _BY_COUNTRY[word]
    if joined in _BY_COUNTRY:
        return _BY_COUNTRY[joined]
    if joined.upper() in _REGIONS:
        return joined.upper()
    raise BadValueError("not a country (use US, CA, GB)")
