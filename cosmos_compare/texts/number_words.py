"""Small numbers in words, English and French, in normal form."""

_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_FRENCH = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")

NUMBER_WORDS = {word: number for words in (_ENGLISH, _FRENCH) for number, word in enumerate(words, 1)} | {"une": 1}

_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TREIZE = ("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf")
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_DIZAINES = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}


def _below_seventy() -> dict[str, int]:
    found = {word: number for words in (_TEENS, _TREIZE) for number, word in enumerate(words, 13)}
    for tens, units in ((_TENS, _ENGLISH[:9]), (_DIZAINES, _FRENCH[:9])):
        for word, ten in tens.items():
            found |= {word: ten} | {f"{word}{sign}{u}": ten + n for n, u in enumerate(units, 1) for sign in "- "}
            found |= {f"{word} et un": ten + 1, f"{word} et une": ten + 1, f"{word}-et-un": ten + 1}
    return found


SECONDS_IN_WORDS = NUMBER_WORDS | _below_seventy()  # what is said of times: 1 to 69
