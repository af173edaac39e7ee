"""Places of a line where digits are part of a name and not a claim."""

from __future__ import annotations

import re

_ENDING = (
    r"\.(?:csv|tsv|jsonl|ndjson|json|md|markdown|txt|log|parquet|ya?ml|toml|py|rs|js|ts|html|pdf|png|svg|xlsx?|gguf|"
    r"safetensors|onnx|bin|zip|gz|ini|sh|cfg)\b"
)
FILE = re.compile(
    rf"(?<=[`\"“])[^`\"“”|\n]{{1,200}}?{_ENDING}(?=[`\"”])|[\w./\\*~+@=%-]*[\w*~)-]{_ENDING}", re.IGNORECASE
)
_CODE = re.compile(r"(`+)(.+?)\1")
_URL = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+|\]\([^)\s]*\)")
_PURE = re.compile(
    r"\s*[~≈<>]?\s*[-+$]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?\s*(?:%|[a-zA-Zµ×/°]{1,14}(?:[ /][a-z]{1,10}){0,3})?\s*"
)
_KEY = re.compile(r"[A-Za-z_]\w*(?:(?:\[\d*\])+(?:\.[A-Za-z_]\w*)*|(?:\.[A-Za-z_]\w*)+)(?:\[\d*\]|\.\w+)*")
_WORD = re.compile(r"(?<![\w.,])[#@]?[A-Za-z_]\w*(?:(?:[-.+/]|(?<=\d):)\w+)*|#[0-9A-Fa-f]{3,8}\b")
_NUMBERED = re.compile(
    r"\b(?:reports?|tables?|figures?|figs?\.?|charts?|listings?|equations?|sections?|sec\.|chapters?|appendix|phases?|"
    r"(?:part|run|step|stage|iteration|trial|experiment|priority|level|tier|task|test|case|scenario|option|item|file|"
    r"exhibit|note|page|line|issue|week|day|quarter|rank|number|round|epoch|sample|prompt|question|recommendation|"
    r"finding|point|objective|milestone))\s+#?(\d{1,4}(?:\.\d{1,3})*)\b"
    r"(?![,.]\d|\s?[%-]|\s*(?:ms|s|seconds|files|tokens|tok|GB|MB|KB|x|×|times|out of|"
    r"of(?! the (?:pipeline|process|workflow|plan|project|roadmap)))\b)",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r"\b(?:chapters?|figures?|tables?|sections?|equations?|eqs?\.?|pages?|footnotes?|steps?|parts?|appendix|RFC|ext\.?|"
    r"extension|room|TODO|FIXME|ticket|PR)\s?[#(]?\d{1,5}\)?(?:\s(?:of|and|to|-|–)\s\d{1,3}\b)?(?=\W|$)(?!\s?(?:%|ms\b|s\b|files\b))"
    r"|[©]\s?\d{4}|\(c\)\s?\d{4}|<!--.*?-->|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?|\blocalhost:\d+|\b[A-Za-z]+@\d+\b"
    r"|\b\d{1,2} (?:parts|sections|chapters|paragraphs|pages|words)\b|\b(?:room|ext\.) [A-Z]?\d+"
    r"|\b(?:WinError|errno|HTTP|(?:error|exit|status) codes?)[ :#]{1,2}\d{1,6}\b|\b(?:item|point) \d{1,2} of the\b"
    r"|(?<=\d\.\d out of )(?:5|10|100)\b",
    re.IGNORECASE,
)
"""Places in documents and outside them: pages, chapters, tickets, addresses."""
_FUTURE = re.compile(r"\b(?:by|in|until|from) (20\d\d)\b", re.IGNORECASE)
_EXPECTED = re.compile(r"\b(?:expect\w*|plan\w*|will|forecast\w*|project(?:ed|ion)|next)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
_VERSION = re.compile(r"\bv?\d+(?:\.\d+){2,}(?:[-+.][\w.]+)?\b|\bv\d+(?:\.\d+)*\b")
_DOCUMENT_VERSION = re.compile(
    r"^\W*(?:(?:report|document)\s+)?(?:version|revision)\W*\s*(?:\d+(?:\.\d+)*)", re.IGNORECASE
)
_CITATION = re.compile(r"\[\^?[A-Za-z]{0,2}\d{1,4}(?:\s*,\s*\^?[A-Za-z]{0,2}\d{1,4})*\]")
_SECTION = re.compile(r"^\W*(?:\d{1,3}(?:\.\d{1,3})*[.):]?)(?=\s+[A-Za-z*])")
_ENUMERATION = re.compile(r"(?<![\w)])\((?:\d|i{1,3}|iv|v)\)(?=\s+[a-z])")
_PERCENTILE = re.compile(r"\b(?:p\d{2}|percentiles?|quantiles?)\b", re.IGNORECASE)
_PERCENTILE_SHARE = re.compile(r"(?<![\d.,])(\d{2}(?:\.\d)?)\s?%(?=\s*(?:and|,|or|of)\b)")
_CONFIDENCE = re.compile(
    r"\b\d{2}(?:\.\d)?\s?%\s*(?:confidence|credible|CI\b|interval)|\bconfidence(?: level)? (?:of|at) \d{2}\s?%",
    re.IGNORECASE,
)
_WINDOW = re.compile(
    r"\b(?:per|over|for|in|within|each|every) (?:a |the |an? single )?(?:1|one|"
    r"single) (?:second|minute|hour|day)s?\b|\b(?:1|one)[- ](?:second|minute|"
    r"hour)[- ](?:window|interval|period)\b"
    r"|\b(?:time )?windows?(?: of| is|:|\*\*:?)+ *\d+(?:\.\d+)? ?(?:ms|s|seconds?|"
    r"minutes?|hours?)\b|\bper (?:1,?000|100|1,?000,?000|million|thousand) \w+",
    re.IGNORECASE,
)
_FAMILY = re.compile(
    r"\b(?:Llama|Gemma|Qwen|Phi|Mistral|Mixtral|GPT|Claude|DeepSeek|Gemini|Falcon|Yi|Granite|Command R|StarCoder|OLMo|"
    r"Grok|Vicuna|Orca|Zephyr)[ -]v?\d{1,2}(?:\.\d)?(?![\d.]*\s?[%BM]\b|\d|\.\d)(?!\s?(?:tok|ms|s|t/s|MB|GB|req)\b)",
    re.IGNORECASE,
)
_SETTINGS = re.compile(r"(?<![\w/])\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?){2,}(?![\w/])|\b24/7\b")
_VERBS = (
    "ensure|maintain|keep|limit|achieve|reach|increase|reduce|decrease|raise|lower|improve|optimi[sz]e|implement|use|set|run|"
    "conduct|perform|schedule|establish|introduce|adopt|allocate|configure|compress|convert|add|apply|enable|define|create|develop|"
    "test|monitor|repeat|re-?run|write|collect|standardi[sz]e|automate|adjust|try|explore|experiment|upgrade|scale|cap|start|begin|plan|update|alert|warn|preload|discard|watch|check|choose|pick|prefer|switch|deploy"
)
_IMPERATIVE = re.compile(
    r"^\W*(?:x\] )?(?:Step \d+: )?(?:\d+[.)]\s*)?"
    rf"(?:\*\*[^*]{{1,80}}\*\*:?\s*|[^:.]{{1,60}}:[*_]{{0,2}}\s+)?(?:{_VERBS})\b",
    re.IGNORECASE,
)
_AIM = re.compile(
    r"\b(?:by|to|at least|at most|every|within|below|under|above|over|minimum of|"
    r"maximum of|up to|between|about|with|e\.g\.,?|such as|like|exceeds?|"
    r"(?:less|more|fewer|older|newer|longer|larger|bigger|smaller) than)\s+"
    r"(?:\w+\s+){0,2}?[~$]?(\d[\d,.]*(?:\s?(?:-|–|to)\s?\d[\d.,]*)?)",
    re.IGNORECASE,
)
_SIZES = re.compile(
    r"\b(?:sizes?|lengths?|limits?|levels?|values?|counts?|intervals?|timeouts?) of "
    r"(\d[\d.]*(?:(?:,| and| or|, and) \d[\d.]*)*)",
    re.IGNORECASE,
)
_DO = re.compile(
    rf"\b(?:{_VERBS})\s+(?:a |an |the )?(?:\w+ )?(\d[\d.,]*\s?(?:%|x|×|ms|s|seconds|"
    rf"minutes|hours|days|weeks|times)(?!\w))",
    re.IGNORECASE,
)
_ASSUMED = re.compile(
    r"\b(?:for example, with|assum(?:e|es|ing|ed)|suppos(?:e|ing)|hypothetical(?:ly)?|imagine|let'?s say)\b",
    re.IGNORECASE,
)
_TARGET = re.compile(
        r"\b(?:aim(?:s|ing)? (?:for|to|at)|targets?\b(?! (?:device|platform|model))|targeting|"
        r"goals?\b|should\b(?! be noted)|must\b|consider\b|recommend(?:ed|s)? (?:to|a|an|"
        r"using|setting|increas|reduc)|recommended:|"
        r"(?:I|we) suggest\b(?! that)|set (?:the )?\w+ to|strive|in order to reach|deadline|no more than|word limit|"
        r"we propose|budgets?\b(?! of)|try (?:to|using|setting))",
    re.IGNORECASE,
)  # fmt: skip
_ENOUGH = re.compile(
    r"(\d[\d.,]*)[^,.;:]{0,24} (?:should|would|will) (?:be (?:enough|sufficient|plenty|fine)|suffice|do|help)\b"
)
_AGREED = re.compile(r"\bSL[OA]s?\b(?: (?:of|is|was|at|with))? [~<≤]?\s?(\d[\d.,]*)")
"""A limit that somebody has set."""
_NOTE = re.compile(r"\W*(?:TODO|FIXME)\b.*")
_DURING_PLAN = re.compile(r"\b(?:within|in|over|for) the (?:next|coming|following) ", re.IGNORECASE)

Span = tuple[int, int, str]


def masks(text: str, body: int, *, heading: bool) -> list[Span]:
    """Spans of ``text`` whose digits are no claims, with why."""
    found: list[Span] = [(0, body, "list or heading number")] if body else []
    found += [(*code.span(), "identifier") for code in _CODE.finditer(text) if not _PURE.fullmatch(code[2])]
    for pattern, why in (
        (_URL, "identifier"), (FILE, "file name"), (_KEY, "identifier"), (_VERSION, "version"),
        (_CITATION, "citation"), (_CONFIDENCE, "definition"),
        (_WINDOW, "window"), (_PAGES, "name"), (_FAMILY, "identifier"), (_SETTINGS, "identifier"),
    ):  # fmt: skip
        found += [(*match.span(), why) for match in pattern.finditer(text)]
    if re.search(r"\((?:1|i)\)", text):
        found += [(*match.span(), "list or heading number") for match in _ENUMERATION.finditer(text)]
    found += [(*match.span(1), "name") for match in _NUMBERED.finditer(text)]
    found += [(*match.span(), "ordinal") for match in _ORDINAL.finditer(text)]
    found += [(*match.span(), "identifier") for match in _WORD.finditer(text) if re.search(r"\d", match[0])]
    if match := _DOCUMENT_VERSION.match(text):
        found.append((*match.span(), "version of the document"))
    section = _SECTION.match(text[body:])
    if section and (heading or text[body:].lstrip().startswith("*")):
        found.append((body, body + section.end(), "list or heading number"))
    if _PERCENTILE.search(text):
        found += [(*match.span(), "definition") for match in _PERCENTILE_SHARE.finditer(text)]
    return found


def intentions(sentence: str) -> list[Span]:
    """Spans of a sentence that state a target or an assumption."""
    found: list[Span] = []
    if _EXPECTED.search(sentence):
        found += [(*match.span(), "target") for match in _FUTURE.finditer(sentence)]
    if match := _ASSUMED.search(sentence):
        found.append((match.start(), len(sentence), "assumption"))
        if would := re.search(r"\bwould\b", sentence[: match.start()]):
            found.append((0, would.start(), "assumption"))
    if match := re.search(r"\b[Ii]f\b[^,]*,", sentence):
        found.append((*match.span(), "assumption"))
    found += [(*match.span(1), "target") for limit in (_ENOUGH, _AGREED) for match in limit.finditer(sentence)]
    if match := _NOTE.fullmatch(sentence):
        found.append((*match.span(), "target"))
    if (match := _TARGET.search(sentence)) or (match := _DURING_PLAN.search(sentence)):
        found.append((match.start(), len(sentence), "target"))
    for clause in re.finditer(r"[^;]+", sentence):
        if _IMPERATIVE.match(clause[0]):
            places = [match.span(1) for pattern in (_AIM, _DO, _SIZES) for match in pattern.finditer(clause[0])]
            found += [(clause.start() + a, clause.start() + b, "target") for a, b in places]
    return found
