"""One HTML file that needs nothing else: every link leads inside it, nothing of the repository is markup."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.html.body import body
from chimera_tui.core.html.page import ReportPage, render
from chimera_tui.core.verify.results.numbers import JudgedNumber
from chimera_tui.core.verify.verdict import Source as Fact

TAGS = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "nav",
    "main",
    "section",
    "footer",
    "details",
    "summary",
    "ul",
    "ol",
    "li",
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "s",
    "code",
    "pre",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "sup",
    "small",
}
ATTRIBUTES = {"href", "id", "class", "style", "value", "lang", "charset", "name", "content", "http-equiv", "start"}


class Seen(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.text = ""
        self.styles: set[str] = set()
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open.append(tag)
        for name, value in attrs:
            self.names.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append((tag, value or ""))
            if name == "style":
                self.styles.add(value or "")

    def handle_data(self, data: str) -> None:
        if "style" not in self._open[-1:]:
            self.text += data


def page(markdown: str, *numbers: JudgedNumber, **more: object) -> Seen:
    html = render(ReportPage(title="<b>x</b>", markdown=markdown, numbers=numbers, **more))
    assert not re.search("[\ue000-\ue004]", html)
    seen = Seen(html)
    assert seen.tags <= TAGS
    assert seen.names <= ATTRIBUTES
    assert seen.styles <= {f"text-align:{side}" for side in ("left", "right", "center")}
    assert all(tag == "a" and link.startswith("#") for tag, link in seen.links)
    assert len(seen.ids) == len(set(seen.ids))
    return seen


def number(line: int, start: int, end: int, **more: object) -> JudgedNumber:
    return JudgedNumber(line=line, start=start, end=end, span="44", label="contradicted", **more)


def test_raw_html_scripts_images_and_links_are_only_text() -> None:
    hostile = (
        "# T <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<!-- hidden -->\n\n"
        "[go](javascript:alert(1)) [there](https://example.org/a?b) ![pixel](https://example.org/p.png) "
        '<https://example.org/auto> [x](data:text/html,hi)\n\n```"><script>\ncode </pre>\n```\n\x1b[31mred\u202e'
    )
    seen = page(hostile)
    assert "script" not in seen.tags
    assert "img" not in seen.tags
    assert "there (https://example.org/a?b)" in seen.text
    assert "[image: pixel]" in seen.text
    assert "<script>alert(1)</script>" in seen.text
    assert "\\x1b[31mred\\u202e" in seen.text


def test_a_judged_number_leads_to_its_verdict_source_and_file_and_back() -> None:
    fact = Fact(path="a/b.csv", record=3, field="tok_s", value=43.6, unit="tokens/s")
    one = number(3, 10, 12, reason="there are 29", right="29", sources=(fact,))
    html = render(
        ReportPage(
            title="t", markdown="# T\n\nThere are 44 files.", numbers=(one,),
            files=({"path": "a/b.csv", "size": 2048, "hash": "abc", "rows": 7},),
        )
    )  # fmt: skip
    assert 'There are <a class="contradicted" id="at1" href="#n1">44</a> files.' in html
    assert '<tr id="n1"><td><a href="#at1">44</a>' in html
    assert "right: <strong>29</strong>" in html
    assert '<a href="#file1">a/b.csv</a> row 4 <code>tok_s</code> = 43.6 tokens/s' in html
    assert '<tr id="file1"><td>a/b.csv</td><td>2.000 KiB</td><td>7</td>' in html


def test_numbers_in_tables_code_and_emphasis_are_linked() -> None:
    text = "| a | b |\n|---|--:|\n| 44 | **44** |\n\n`44` and *44*\n\n```\n44\n```\n"
    found = [number(3, 2, 4), number(3, 9, 11), number(5, 1, 3), number(5, 10, 12), number(8, 0, 2)]
    html = body(text, found).html
    assert [int(place) for place in re.findall(r'href="#n(\d+)"', html)] == [1, 2, 3, 4, 5]
    assert len(re.findall(r">44</a>", html)) == 5


def test_a_number_that_emphasis_cuts_is_linked_up_to_there() -> None:
    assert (
        '<a class="n" id="at1" href="#n1">44 </a><strong>files</strong>'
        in body("44 **files**", [number(1, 0, 12)]).html
    )


def test_citations_and_footnotes_lead_inside_the_page() -> None:
    text = (
        "So it is[^v1] [F2](#f2).\n\n## Facts\n\n### F2\n\nA fact.\n\n[^v1]: Contradicted: no <b>such</b> thing\\_is.\n"
    )
    seen = page(text)
    assert {link for _, link in seen.links} <= {f"#{name}" for name in seen.ids}
    assert "f2" in seen.ids
    assert "Contradicted: no <b>such</b> thing_is." in seen.text
    assert "[^v1]" not in seen.text


def test_facts_stand_in_the_appendix_with_their_sources() -> None:
    fact = Finding(
        kind="k", statement="a < b", value=1.0, unit="s", label="measured", definition="d", n=5,
        sources=(Source("x.csv"),), caveats=("few",),
    )  # fmt: skip
    seen = page("text", facts=(fact,))
    assert "a < b" in seen.text
    assert "measured, n = 5" in seen.text
    assert "fact-f1" in seen.ids


def test_headings_never_take_the_ids_of_the_page() -> None:
    seen = page("# n1\n\n# Numbers\n\n# Numbers\n\n# at1\n\n44", number(9, 0, 2))
    assert {"n1", "n1-section", "numbers-section", "numbers-section-2", "at1-section"} <= set(seen.ids)


def test_what_was_not_judged_is_said() -> None:
    assert "were not judged" in Seen(render(ReportPage(title="t", markdown="44 files"))).text


@given(
    st.text(st.sampled_from("ab 4\n\r|-#*_`~[]()<>!&;^v1:\\\"'\x1b\u202e\ue000\ue001/"), max_size=200),
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 30), st.integers(0, 30)), max_size=5),
)
def test_no_text_breaks_out_and_no_place_breaks_the_page(text: str, places: list[tuple[int, int, int]]) -> None:
    seen = page(text, *(number(*place) for place in places))
    # Links of the text itself may name what is not there; the program's own never do.
    ours = [link for _, link in seen.links if re.fullmatch(r"#(n|file)\d+", link)]
    assert {link[1:] for link in ours} <= set(seen.ids)
