"""Numbers, units and dates as people and models print them, found with exact spans."""

from __future__ import annotations

import re

from chimera_tui.core.measure.units import Unit, unit_of

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?"
_RATE = (
    r"(?:tokens?|toks?|requests?|reqs?|samples?|images?|iterations?|queries|words|"
    r"characters)\s*(?:/|per)\s*(?:seconds?|secs?|s|minutes?|mins?|min|hours?|h)"
)
UNIT = (
    rf"(?:{_RATE}|(?:ms|milliseconds?|seconds?|s)\s*(?:/|per)\s*token|t/s|tps|TPS|it/s|[KMGT]?B/s|rps|qps|RPS|QPS|"
    r"milliseconds?|msecs?|ms|microseconds?|[µμ]s|us|nanoseconds?|ns|seconds?|secs?|sec|s|"
    r"minutes?|mins?|min|hours?|hrs?|"
    r"days?|weeks?|months?|years?|%|percent(?:age points?)?|pp|×|x|bytes?|[kKMGT]i?[bB]|B|"
    r"tokens?|watts?|W|joules?|J|°C|"
    r"[MG]Hz|fold|requests?|samples?|characters?|chars?|parameters?|params?|cores?|threads?|GPUs?|CPUs?)"
)
MEASURED = r"\s?(?:°|(?:tok(?:en)?s?|t|req(?:uest)?s?)(?:/| per )s|tps\b|ms\b|s\b|%|[KMG]i?B\b|W\b)"
"""Units behind a number that is measured: it is the value of no setting."""
WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17,    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
NOUNS = (
    r"(?:files?|documents?|headings?|formats?|types?|datasets?|models?|runs?|rows?|records?|entries|measurements?|"
    r"configurations?|configs?|backends?|quanti[sz]ations?|variants?|variations?|directories|folders?|columns?|"
    r"data points?|key-value pairs?|pairs?|tests?|benchmarks?|experiments?|prompts?|iterations?|metrics?|reports?|"
    r"(?:CSVs?|JSONL?s?|Markdowns?|MDs?|Parquet)(?=\s*(?:[,.;)&/|+]|and\b|or\b|$))|categories|"
    r"failures?|errors?|samples?|calls?|cells?|sizes?|versions?|tools?|duplicates?|values|scenarios?|GPUs?|networks?|"
    r"combinations?|timeouts?|runtimes|engines|(?:request|arrival) rates|thread counts|context lengths|batch sizes)"
)
MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_PART = r"(?:(?P<%s>early|mid|late|beginning of|end of)[ -])?"
_YEAR = r"(?:19|20)\d\d"
DATE = re.compile(
    rf"(?P<iso>\b(?P<y1>{_YEAR})[-/.](?P<m1>\d\d?)[-/.](?P<d1>\d\d?)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:"
    rf"UTC|"
    rf"Z|[+-]\d\d:?\d\d))?)?(?![\w-]))"
    rf"|(?P<mdy>\b{_PART % 'p1'}(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<y2>{_YEAR})\b)?(?!\.\d))"
    rf"|(?P<dmy>\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m3>{_MONTH})(?:,? (?P<y3>{_YEAR})\b)?)"
    rf"|(?P<my>\b{_PART % 'p3'}(?P<m4>{_MONTH}),? (?P<y4>{_YEAR})\b)"
    rf"|(?P<pm>\b(?P<p2>early|mid|late)[ -](?P<m5>{_MONTH})(?= (?:and|to|through|or)\b))"
    rf"|(?P<mm>\b(?P<m6>{_MONTH})(?=\s?(?:-|–|to|and|through)\s?{_MONTH},? {_YEAR}))"
    rf"|(?P<us>\b(?P<m7>\d\d?)/(?P<d7>\d\d?)/(?P<y7>{_YEAR})\b)"
    rf"|(?P<yr>(?<=\b[Ii]n )(?P<y8>{_YEAR})\b(?![-\w./]))"
    rf"|(?P<time>\b\d\d?:\d\d(?::\d\d)?\b)",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"(?:^|[\s(])(about|around|approximately|approx\.?|roughly|nearly|almost|circa|~|≈|some|estimated)\s*\*{0,2}$",
    re.IGNORECASE,
)
OVER = re.compile(
    r"(?:over|more than|above|at least|greater than|exceed(?:s|ing|ed)?|(?<![-=|])(?<!^)>|≥|>=|upwards of)\s*\*{0,2}$",
    re.IGNORECASE,
)
UNDER = re.compile(r"(?:under|less than|below|at most|fewer than|up to|<|≤|<=|within)\s*\*{0,2}$", re.IGNORECASE)
_LONG_UNITS = {
    "min": ("s", 60.0), "mins": ("s", 60.0), "minute": ("s", 60.0), "minutes": ("s", 60.0), "hr": ("s", 3600.0),
    "hrs": ("s", 3600.0), "hour": ("s", 3600.0), "hours": ("s", 3600.0), "day": ("s", 86400.0),
    "days": ("s", 86400.0), "week": ("s", 604800.0), "weeks": ("s", 604800.0), "×": ("ratio", 1.0),
    "percentage points": ("%", 1.0), "pp": ("%", 1.0),
}  # fmt: skip


_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
"""No thousands: ``102,85``."""


def printed(text: str) -> tuple[float, int, int]:
    """Value, printed decimals and significant digits of a number as printed."""
    plain = text.replace(",", "." if _DECIMAL_COMMA.fullmatch(text) else "")
    mantissa, _, exponent = plain.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = int(exponent) if exponent else 0
    bare = (whole + fraction).lstrip("0")
    digits = len(bare) if fraction else len(bare.rstrip("0"))
    value = float(plain)
    return value, len(fraction) - shift, digits


def canonical(raw: str) -> Unit | None:
    """The canonical unit of what follows a number in prose: also minutes, days and rates by the minute."""
    text = re.sub(r"\s+", " ", raw.strip())
    if found := unit_of(text):
        return found
    low = text.lower()
    if low in _LONG_UNITS:
        return Unit(*_LONG_UNITS[low], 1.0)
    rate = re.fullmatch(r"(.+?) ?(?:/|per) ?(.+)", low)
    if rate and (per := canonical(rate[2])) and per.name == "s":
        things = {"tok": "tokens", "token": "tokens", "req": "requests"}.get(
            rate[1].rstrip("s"), rate[1].rstrip("s") + "s"
        )
        return Unit(f"{things}/s", 1.0, per.factor / per.divisor)
    return None


def date_parts(found: re.Match[str]) -> tuple[tuple[int, int, int], str]:
    """Year, month and day (0 where not said) and early, mid or late."""
    group = found.groupdict()
    year = next((int(group[name]) for name in ("y1", "y2", "y3", "y4", "y7", "y8") if group[name]), 0)
    month = next((group[name] for name in ("m1", "m2", "m3", "m4", "m5", "m6", "m7") if group[name]), "0")
    day = next((int(group[name]) for name in ("d1", "d2", "d3", "d7") if group[name]), 0)
    number = int(month) if month.isdigit() else MONTHS[month.lower().rstrip(".")]
    return (year, number, day), next((group[name] for name in ("p1", "p2", "p3") if group[name]), "").lower().split(
        " "
    )[0]
