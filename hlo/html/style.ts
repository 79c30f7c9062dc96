// The style of the page, light or dark as the reader's system is.

export const pageStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --soft: #667; --line: #d8dce2; --panel: #f5f7f9;
  --value: #0b5cad; --symbol: #8a3ffc; --string: #0a7a4b; --op: #a3410b; --type: #5b6470; --mark: #ffe58a; --chosen: #cfe4ff;
  --area: #9cc4ee; --curve: #0b5cad; --peak: #c1121f; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #dfe3e8; --soft: #8d96a3; --line: #2d333b; --panel: #1b1f24;
  --value: #79b8ff; --symbol: #c29bff; --string: #7ee0a8; --op: #ffab70; --type: #9aa5b1; --mark: #6b5600; --chosen: #1f3f66;
  --area: #274a70; --curve: #79b8ff; --peak: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0; height: 100vh; display: grid; grid-template: auto 1fr / minmax(22rem, 34rem) 1fr; background: var(--paper);
  color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
header { grid-column: 1 / 3; padding: .5rem 1rem; border-bottom: 1px solid var(--line); display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: .85rem; margin: 1.2rem 0 .4rem; }
.find { margin-left: auto; display: flex; gap: .4rem; align-items: baseline; }
input, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .1rem .5rem; }
aside { overflow: auto; padding: 0 1rem 2rem; background: var(--panel); border-right: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; font-size: .8rem; }
th { text-align: left; color: var(--soft); font-weight: 500; }
td, th { padding: .1rem .4rem .1rem 0; vertical-align: top; overflow-wrap: anywhere; }
td.n, th.n { text-align: right; white-space: nowrap; }
[data-lines] { cursor: pointer; color: var(--value); text-decoration: underline dotted; }
.note, .soft { color: var(--soft); }
pre { margin: 0; font: 12px/1.5 ui-monospace, monospace; overflow: auto; }
#code { overflow: auto; position: relative; font: 12px/18px ui-monospace, monospace; }
#rows { position: relative; min-width: 100%; }
.row { position: absolute; left: 0; height: 18px; white-space: pre; min-width: 100%; }
.row.marked { background: var(--chosen); } .row.current { outline: 1px solid var(--curve); }
.number { display: inline-block; width: 5rem; text-align: right; color: var(--soft); user-select: none; }
.fold { display: inline-block; width: 1.4rem; text-align: center; color: var(--soft); cursor: pointer; user-select: none; }
.place { color: var(--soft); padding-left: 2rem; }
.value { color: var(--value); cursor: pointer; } .symbol { color: var(--symbol); } .string { color: var(--string); }
.op { color: var(--op); } .type { color: var(--type); } .chosen { font-weight: 700; text-decoration: underline; }
mark { background: var(--mark); color: inherit; }
svg { width: 100%; height: auto; display: block; cursor: crosshair; }
.area { fill: var(--area); } .curve { fill: none; stroke: var(--curve); stroke-width: 1; vector-effect: non-scaling-stroke; }
.peak, #cursor { stroke: var(--peak); stroke-width: 1; vector-effect: non-scaling-stroke; } .peak { stroke-dasharray: 3 3; }
svg text { fill: var(--soft); font: 10px system-ui, sans-serif; }
#tip { position: absolute; z-index: 2; max-width: 40rem; padding: .4rem .6rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: 4px; font-size: .8rem; pointer-events: none; box-shadow: 0 2px 8px #0003; } .alive { font-family: ui-monospace, monospace; }
@media (max-width: 60rem) { body { grid-template: auto auto 70vh / 1fr; height: auto; } header { grid-column: 1; } }
`;
