"""The look of the page: light and dark by what the reader's system asks for, and paper."""

CSS = """
:root { --ink: #1b1f24; --dim: #59626d; --paper: #ffffff; --panel: #f3f5f7; --line: #d4d9df; --link: #0b57a4;
  --good: #17652d; --bad: #b3201f; --open: #7a5200; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --dim: #a3adb8; --paper: #14171a; --panel: #1e2328; --line: #3a424b; --link: #82b8f2;
    --good: #7fd394; --bad: #ff9a92; --open: #e3bf6a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.8em 0 .5em; }
h1 { font-size: 1.7rem; border-bottom: 2px solid var(--line); padding-bottom: .2em; }
h2 { font-size: 1.3rem; border-bottom: 1px solid var(--line); padding-bottom: .2em; }
h3 { font-size: 1.08rem; }
a { color: var(--link); }
hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
code, pre { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Consolas, monospace; font-size: .87em; }
code { background: var(--panel); padding: .1em .3em; border-radius: 3px; }
pre { background: var(--panel); padding: .8em 1em; overflow-x: auto; border-radius: 4px; }
pre code { background: none; padding: 0; }
blockquote { margin: 1em 0; padding: .1em 1em; border-left: 3px solid var(--line); color: var(--dim); }
table { border-collapse: collapse; margin: 1em 0; width: 100%; display: block; overflow-x: auto; font-size: .93em;
  font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .35em .6em; text-align: left; vertical-align: top; }
th { background: var(--panel); }
small, footer { color: var(--dim); }
nav details { background: var(--panel); padding: .6em 1em; border-radius: 4px; }
nav ul { list-style: none; padding: 0; margin: .5em 0 0; }
nav .l2 { padding-left: 1em; } nav .l3 { padding-left: 2em; }
a.supported, a.contradicted, a.unverifiable { text-decoration: none; border-bottom: 2px solid; color: inherit; }
a.supported { border-color: var(--good); }
a.contradicted { border-color: var(--bad); color: var(--bad); font-weight: 600; }
a.unverifiable { border-bottom-style: dotted; border-color: var(--open); }
td.supported { color: var(--good); } td.contradicted { color: var(--bad); font-weight: 600; }
td.unverifiable { color: var(--open); }
td.supported, td.contradicted, td.unverifiable { white-space: nowrap; }
:target { background: color-mix(in srgb, var(--open) 25%, transparent); }
.appendix { border-top: 3px solid var(--line); margin-top: 3em; }
footer { margin-top: 3em; font-size: .85em; }
@media print {
  :root { --ink: #000; --dim: #444; --paper: #fff; --panel: #f3f3f3; --line: #bbb; --link: #000; --good: #17652d;
    --bad: #b3201f; --open: #7a5200; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav { display: none; }
  table { display: table; } pre { white-space: pre-wrap; }
  h1, h2, h3 { break-after: avoid; } tr, pre, blockquote { break-inside: avoid; }
  @page { margin: 18mm 15mm; }
}
"""
