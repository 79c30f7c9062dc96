// The script of the page: the functions of view.ts by their own text, and what ties them to the document.
import * as view from "./view.ts";

/** Runs in the browser. `data` is the page's record; every text reaches the document as text, never as markup. */
const glue = `
const data = JSON.parse(document.getElementById("data").textContent);
const lines = data.lines, indents = lines.map(indentOf), ends = foldRanges(indents), folded = new Set();
const code = document.getElementById("code"), rows = document.getElementById("rows"), tip = document.getElementById("tip");
const ROW = 18, MOST = 12e6;
let shown = [], found = [], at = -1, marked = new Set(), name = "", scale = 1, asked = "";

const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
function layout() {
  shown = visibleLines(ends, folded);
  scale = Math.max(1, shown.length * ROW / MOST);
  rows.style.height = shown.length * ROW / scale + "px";
  code.scrollTop = Math.min(code.scrollTop, Math.max(0, shown.length * ROW / scale - code.clientHeight));
  draw();
}
function pieceNode(piece) {
  const node = element("span", piece.kind === "plain" ? "" : piece.kind);
  const text = piece.text, low = text.toLowerCase();
  let from = 0;
  for (let i = asked ? low.indexOf(asked) : -1; i >= 0; i = low.indexOf(asked, from)) {
    node.append(text.slice(from, i), element("mark", "", text.slice(i, i + asked.length)));
    from = i + asked.length;
  }
  node.append(text.slice(from));
  if (piece.kind === "value" && valueName(text) === name) node.classList.add("chosen");
  return node;
}
function draw() {
  const top = code.scrollTop * scale, range = windowOf(top, code.clientHeight, ROW, shown.length);
  const made = document.createDocumentFragment();
  for (let r = range.first; r < range.last; r++) {
    const i = shown[r], row = element("div", "row" + (marked.has(i) ? " marked" : "") + (found[at] === i ? " current" : ""));
    row.style.top = code.scrollTop + (r * ROW - top) + "px";
    row.dataset.line = i;
    const fold = element("span", "fold", ends[i] < 0 ? "" : folded.has(i) ? "▸" : "▾");
    const text = element("span", "text");
    for (const piece of piecesOf(lines[i])) text.append(pieceNode(piece));
    if (folded.has(i)) text.append(element("span", "note", " … " + (ends[i] - i) + " lines"));
    const place = data.places[data.placeOf[i]];
    row.append(element("span", "number", String(i + 1)), fold, text);
    if (place !== undefined) row.append(element("span", "place", place));
    made.append(row);
  }
  rows.replaceChildren(made);
}
function show(line) {
  let hidden = false;
  for (const start of [...folded]) if (start < line && line <= ends[start]) { folded.delete(start); hidden = true; }
  if (hidden) layout();
  const r = shown.indexOf(line);
  code.scrollTop = Math.max(0, (r * ROW - code.clientHeight / 3) / scale);
  draw();
}
function tell() {
  document.getElementById("matches").textContent = asked === "" ? "" : found.length === 0 ? "none" : (at + 1) + " of " + found.length;
}
function step(by) {
  if (found.length === 0) return;
  at = (at + by + found.length) % found.length;
  tell();
  show(found[at]);
}
function mark(list) { marked = new Set(list); if (list.length > 0) show(list[0]); else draw(); }

const search = document.getElementById("search");
let waiting = 0;
search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    asked = search.value.toLowerCase();
    found = searchLines(lines, asked);
    at = -1;
    tell();
    if (found.length > 0) step(1); else draw();
  }, 120);
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); step(event.shiftKey ? -1 : 1); }
  if (event.key === "Escape") { search.value = ""; asked = ""; found = []; at = -1; tell(); draw(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) { event.preventDefault(); search.focus(); }
});
document.getElementById("next").addEventListener("click", () => step(1));
document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("fold").addEventListener("click", () => {
  for (let i = 0; i < ends.length; i++) if (ends[i] >= 0 && indents[i] > 0) folded.add(i);
  layout();
});
document.getElementById("unfold").addEventListener("click", () => { folded.clear(); layout(); });
code.addEventListener("scroll", draw, { passive: true });
addEventListener("resize", draw);
rows.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row === null) return;
  const line = Number(row.dataset.line);
  if (event.target.closest(".fold")) {
    if (folded.has(line)) folded.delete(line); else if (ends[line] >= 0) folded.add(line);
    layout();
    return;
  }
  const value = event.target.closest(".value");
  name = value === null ? "" : valueName(value.textContent);
  const from = name === "" ? -1 : definitionLine(lines, indents, line, name);
  marked = new Set(from < 0 ? [] : mentionLines(lines, indents, from, name));
  draw();
});
for (const link of document.querySelectorAll("[data-lines]"))
  link.addEventListener("click", () => mark(data.groups[Number(link.dataset.lines)] ?? []));

const chart = document.getElementById("chart");
if (chart !== null && data.samples.length > 0) {
  const xs = data.samples.map((s) => s.x), cursor = document.getElementById("cursor");
  const sampleAt = (event) => {
    const box = chart.getBoundingClientRect();
    return data.samples[nearest(xs, (event.clientX - box.left) / box.width * data.width)];
  };
  chart.addEventListener("mousemove", (event) => {
    const sample = sampleAt(event);
    cursor.setAttribute("x1", sample.x);
    cursor.setAttribute("x2", sample.x);
    tip.replaceChildren(element("b", "", sample.bytes), element("div", "", sample.step));
    for (const text of sample.alive) tip.append(element("div", "alive", text));
    tip.hidden = false;
    tip.style.left = Math.max(0, Math.min(event.pageX + 12, innerWidth - tip.offsetWidth - 12)) + "px";
    tip.style.top = event.pageY + 12 + "px";
  });
  chart.addEventListener("mouseleave", () => { tip.hidden = true; });
  chart.addEventListener("click", (event) => { const line = sampleAt(event).line; if (line >= 0) mark([line]); });
}
layout();
`;

/** The whole script. It holds no text of any program. */
export const pageScript = (): string =>
  `"use strict";\n${Object.values(view)
    .map((part) => part.toString())
    .join("\n")}\n${glue}`;
