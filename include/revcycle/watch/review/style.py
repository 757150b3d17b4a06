"""How the page looks, in light and in dark: nothing is fetched from anywhere, the fonts are the reader's own."""

STYLE = """
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #ffffff; --ink: #1b2027; --muted: #5f6b7a;
  --rule: #dde2e8; --balance: #38618c; --raises: #6d8fb3; --lowers: #4c9a6a; --bad: #b3261e; --bad-paper: #fdecea;
  --good: #1f7a46; --good-paper: #e7f5ec; --age-0: #4c86bd; --age-1: #7fb0d8; --age-2: #e9c46a; --age-3: #e08e45;
  --age-4: #c0392b; --other: #8a94a1; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --card: #1d2329; --ink: #e6eaef; --muted: #9aa7b5;
  --rule: #323b45; --balance: #7ba7d6; --raises: #55789f; --lowers: #5cb583; --bad: #ff8a80; --bad-paper: #3b1d1c;
  --good: #7fd6a2; --good-paper: #17301f; --age-0: #5b97d1; --age-1: #3f6c96; --age-2: #d3ab48; --age-3: #d4803a;
  --age-4: #e05a4b; --other: #6d7885; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 0 0 4px; } h3 { font-size: 14px; margin: 18px 0 6px; }
p { margin: 4px 0 10px; } .muted, .about { color: var(--muted); } .about { font-size: 13.5px; max-width: 110ch; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px;
  margin-top: 18px; overflow-x: auto; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 0 32px; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin-top: 18px; }
@media (max-width: 860px) { .tiles { grid-template-columns: repeat(2, 1fr); } .two { grid-template-columns: 1fr; } }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px 14px; }
.tile .name { color: var(--muted); font-size: 13px; } .tile .value { font-size: 24px; font-weight: 650; }
.tile .note { color: var(--muted); font-size: 12.5px; min-height: 1.5em; }
.verdict { border-radius: 10px; padding: 12px 16px; margin-top: 18px; font-weight: 600; }
.verdict p { font-weight: 400; margin: 4px 0 0; overflow-wrap: anywhere; }
.good { background: var(--good-paper); color: var(--good); border: 1px solid var(--good); }
.bad { background: var(--bad-paper); color: var(--bad); border: 1px solid var(--bad); }
ul.proofs { list-style: none; margin: 0; padding: 0; }
ul.proofs li { padding: 8px 0; border-top: 1px solid var(--rule); }
ul.proofs li:first-child { border-top: 0; } ul.proofs p { margin: 2px 0 0 78px; overflow-wrap: anywhere; }
.mark { display: inline-block; width: 66px; margin-right: 12px; text-align: center; border-radius: 20px;
  font-size: 12px; font-weight: 700; padding: 1px 0; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--muted); font-weight: 600; } th:first-child, td:first-child, .words { text-align: left; }
td:first-child, td.words { white-space: normal; overflow-wrap: anywhere; } tr.now td { font-weight: 650; }
tr.sum td { border-top: 2px solid var(--muted); font-weight: 650; } td:first-child { min-width: 8em; }
.scroll { overflow-x: auto; margin-bottom: 12px; }
svg { display: block; width: 100%; height: auto; } svg.chart { margin: 6px 0 14px; min-width: 480px; }
svg.spark { margin-top: 6px; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); } svg text.muted { fill: var(--muted); }
.axis { stroke: var(--muted); } .dashed { stroke: var(--muted); stroke-dasharray: 3 3; }
.balance { fill: var(--balance); } .raises { fill: var(--raises); } .lowers { fill: var(--lowers); }
.refused { fill: var(--age-3); } .other { fill: var(--other); }
.age0 { fill: var(--age-0); } .age1 { fill: var(--age-1); } .age2 { fill: var(--age-2); } .age3 { fill: var(--age-3); }
.age4 { fill: var(--age-4); } .trend { fill: none; stroke: var(--balance); stroke-width: 2; }
.now { fill: var(--balance); } .key { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; margin: 6px 0; }
.key svg { width: 12px; height: 12px; display: inline-block; vertical-align: -1px; margin-right: 6px; }
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } }
"""
