"""The words and signs beside a figure, in the six languages: units, currencies, "about", "a year for five years".

Every word is written as `fold` leaves it: small letters, no accents.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_name

from kept.base.languages import LANGUAGES
from kept.base.money.currencies import CURRENCIES
from kept.base.rates import EURO_FIXED


def fold(text: str) -> str:
    """Small letters without accents ("Millón" is "millon"); as many characters as `plain(text)` has."""
    if text.isascii():
        return text.lower()
    return "".join(_folded(mark) for mark in plain(text))


def plain(text: str) -> str:
    """Composed characters only: no accent that stands by itself."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(mark for mark in composed if not unicodedata.combining(mark))


@lru_cache(maxsize=4096)
def _folded(mark: str) -> str:
    small = unicodedata.normalize("NFKD", mark).casefold()
    return next((part for part in small if not unicodedata.combining(part)), " ")


# "billion" is a thousand million (English, as in United Nations texts); Spanish "billón" a million million.
_UNITS = (
    (10**3, "k thousand thousands mille тыс тысяч тысяча тысячи الف الاف 千"),
    (10**4, "万 萬"),
    (10**6, "m mm mn mln mio million millions millon millones millionen milhao milhoes milioni"),
    (10**6, "млн миллион миллиона миллионов مليون مليونا ملايين 百万 百萬"),
    (10**8, "亿 億"),
    (10**9, "b bn bln billion billions md mds mrd mrds mlrd milliard milliards milliarden millardo millardos"),
    (10**9, "млрд миллиард миллиарда миллиардов مليار مليارا مليارات بليون 十亿 十億"),
    (10**12, "tn trn trillion trillions billon billones трлн триллион триллиона триллионов تريليون ترليون 万亿 萬億"),
)
_UNITS_OF_TWO_WORDS = {"mil millones": 10**9, "thousand million": 10**9}

# Units that a reader elsewhere would misread ("T", English and Spanish "mil", "crore"): asked for in full.
REFUSED_UNITS = ["crore", "crores", "cr", "lakh", "lakhs", "lac", "lacs", "lk", "billionen", "kharab", "mil", "t"]

# Signs and words that several currencies share: taken only where the field or column says which.
_DOLLARS = "USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD"
_FRANCS = "CHF XOF XAF XPF BIF CDF DJF GNF KMF RWF FRF BEF LUF"
_SHARED = (
    ("$ dollar dollars dolar dolares доллар доллара долларов دولار", _DOLLARS),
    ("£ pound pounds livre livres libras фунт фунтов", "GBP EGP FKP GIP LBP SDG SHP SSP SYP IEP CYP"),
    ("¥ ￥ 元 圆", "JPY CNY TWD HKD USD"),
    ("kr kroner kronor krona krone couronnes coronas", "SEK NOK DKK ISK EEK"),
    ("fr franc francs franco francos франк франков", _FRANCS),
    ("peso pesos", "ARS CLP COP CUP DOP MXN PHP UYU"),
    ("rs ₨ rupee rupees roupies rupias", "INR PKR LKR NPR MUR SCR IDR"),
    ("dinar dinars دينار", "BHD DZD IQD JOD KWD LYD RSD TND"),
    ("riyal riyals rial rials ريال", "SAR QAR OMR YER IRR"),
    ("shilling shillings ksh tsh ush sh", "KES TZS UGX SOS"),
    ("rouble roubles ruble rubles руб рубль рублей", "RUB BYN"),
    ("cfa fcfa f.cfa", "XOF XAF"),  # two currencies of one worth
)
_SHARED_OF_TWO_WORDS = {"f cfa": ["XOF", "XAF"], "francs cfa": ["XOF", "XAF"], "cfa francs": ["XOF", "XAF"]}

# Signs and words of one currency, beside the names that CLDR gives in the six languages.
SIGNS: dict[str, str] = {
    "us$": "USD", "$us": "USD", "u.s.$": "USD", "us dollars": "USD", "us dollar": "USD", "american dollars": "USD",
    "dollars us": "USD", "dollars americains": "USD", "dollars des etats-unis": "USD", "долл. сша": "USD",
    "долл сша": "USD", "dolares americanos": "USD", "dolares de los ee.uu.": "USD", "dolares ee.uu.": "USD",
    "dolares de los estados unidos": "USD", "美金": "USD", "usd": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "gbp": "GBP", "£ sterling": "GBP",
    "pounds sterling": "GBP", "chf": "CHF", "jpy": "JPY", "yen": "JPY", "cny": "CNY", "rmb": "CNY",
    "renminbi": "CNY", "yuan": "CNY", "人民币": "CNY", "人民币元": "CNY", "日元": "JPY",
    "c$": "CAD", "ca$": "CAD", "can$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "nt$": "TWD",
    "r$": "BRL", "s$": "SGD", "₹": "INR", "₽": "RUB", "₦": "NGN", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₫": "VND",
    "₪": "ILS", "₱": "PHP", "₵": "GHS", "₸": "KZT", "₾": "GEL", "֏": "AMD", "৳": "BDT", "₭": "LAK", "₮": "MNT",
}  # fmt: skip

APPROXIMATE = [
    "about", "approximately", "approx", "around", "circa", "ca", "c", "roughly", "nearly", "almost", "over",
    "more than", "at least", "up to", "maximum", "max", "minimum", "min", "some", "~", "≈", ">", "<", "≥", "≤", "+",
    "environ", "pres de", "plus de", "jusqua", "jusqu'a", "au moins", "quelque", "unos", "cerca de", "mas de", "hasta",
    "al menos", "aproximadamente", "около", "примерно", "более", "свыше", "до", "не менее",
    "约", "大约", "超过", "至少", "最多", "近", "多", "نحو", "حوالي", "اكثر من", "ما يصل الى", "على الاقل",
]  # fmt: skip
FILLERS = ["of", "in", "de", "d", "en", "total", "a total of", "un total de", "au total", "в", "всего"]
PUNCTUATION = " .,;:()[]-–—'\"“”«»"

_COUNTS = {
    word: number
    for number, words in enumerate(
        ["one un une uno", "two deux dos два", "three trois tres три", "four quatre cuatro четыре"]
        + ["five cinq cinco пять пяти", "six seis шесть шести", "seven sept siete семь семи", "eight huit ocho восемь"]
        + ["nine neuf nueve девять", "ten dix diez десять десяти", "eleven onze once", "twelve douze doce"],
        1,
    )
    for word in words.split()
} | {"fifteen": 15, "quinze": 15, "quince": 15, "twenty": 20, "vingt": 20, "veinte": 20}
_COUNT = r"(\d{1,2}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
_YEARLY = (
    r"(?:(?:a|per|each|every|/)\s*(?:year|yr|annum)|annually|yearly|p\.a\.?"
    r"|par an|par annee|chaque annee|/\s*an|annuels?|al ano|por ano|cada ano|anual(?:es|mente)?|в год|ежегодно"
    r"|سنويا|每年)"
)
_LASTING = (
    r",?\s*(?:over|for|during|across|in|pendant|sur|durant|durante|por|en|в течение|на протяжении|на)\s+"
    r"(?:the |les |los |a )?(?:next |coming |following |period of |prochaines? |proximos |следующих |ближайших )?"
    + _COUNT
    + r"[\s-]*(?:prochaines? |proximos )?(?:years?|yrs?|ans|annees|an|anos?|лет|года|год)(?!\w)"
)
YEARLY = re.compile(rf"(?<!\w){_YEARLY}(?!\w)")
LASTING = re.compile(rf"(?<!\w){_LASTING}")


# Every phrase of years has one of these in it: a quick look before the slow patterns.
MAY_HAVE_YEARS = re.compile(r"year|yr|ann|\ban\b|an[oe]|p\.a|год|лет|سنوي|每年|/")


def count(word: str) -> int:
    """The number that a figure or a word of the patterns above stands for."""
    return int(word) if word.isdecimal() else _COUNTS[word]


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, tuple[str, Any]]:
    """Every folded word or sign → (what it is, its value). Longer entries win over shorter ones in a text."""
    words: dict[str, tuple[str, Any]] = {}
    words |= {fold(word): ("filler", None) for word in FILLERS}
    words |= {fold(word): ("about", None) for word in APPROXIMATE}
    for signs, codes in _SHARED:
        words |= {fold(word): ("shared", codes.split()) for word in signs.split()}
    words |= {word: ("shared", codes) for word, codes in _SHARED_OF_TWO_WORDS.items()}
    words |= {word: ("refused", None) for word in REFUSED_UNITS}
    words |= {word: ("currency", code) for word, code in _names_of_currencies().items() if word not in words}
    words |= {fold(word): ("currency", code) for word, code in SIGNS.items()}
    for size, units in _UNITS:
        words |= {fold(word): ("unit", size) for word in units.split()}
    words |= {word: ("unit", size) for word, size in _UNITS_OF_TWO_WORDS.items()}
    return words


def _names_of_currencies() -> dict[str, str]:
    """CLDR's names of currencies in the six languages that mean one currency only."""
    owners: dict[str, set[str]] = {}
    for code, one in CURRENCIES.items():
        if not one.in_use and code not in EURO_FIXED:
            continue
        for language in LANGUAGES:
            for number in (None, 1, 2, 3, 11, 100):
                word = fold(get_currency_name(code, number, locale=language.babel))
                owners.setdefault(word, set()).add(code)
    return {word: next(iter(codes)) for word, codes in owners.items() if len(codes) == 1}
