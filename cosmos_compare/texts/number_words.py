"""Small numbers in words, English and French, in normal form."""

_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_FRENCH = ("un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")

NUMBER_WORDS = {word: number for words in (_ENGLISH, _FRENCH) for number, word in enumerate(words, 1)} | {"une": 1}
