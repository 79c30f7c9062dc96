// Graphs as text, in the manner of jaxprs.
import { shortAval } from "./aval.ts";
import { dtypes, shortName } from "./dtype.ts";
import { type Atom, type Equation, type Graph, Var } from "./graph.ts";
import { describeSite } from "./site.ts";

/** `{ lambda ; a:f32[3]. let b:f32[3] = sin a in (b,) }`; with `sites`, each equation's user line. */
export function printGraph(graph: Graph, options: { sites?: boolean } = {}): string {
  return lines(graph, options.sites ?? false, new Names()).join("\n");
}

class Names {
  private readonly names = new Map<Var, string>();

  of(v: Var): string {
    let name = this.names.get(v);
    if (name === undefined) {
      name = letters(this.names.size);
      this.names.set(v, name);
    }
    return name;
  }
}

function letters(n: number): string {
  const last = String.fromCharCode(97 + (n % 26));
  return n < 26 ? last : letters(Math.floor(n / 26) - 1) + last;
}

function lines(graph: Graph, sites: boolean, names: Names): string[] {
  const binders = (vars: readonly Var[]) => vars.map((v) => `${names.of(v)}:${shortAval(v.aval)}`).join(" ");
  const head = `{ lambda ; ${binders(graph.inputs)}. let`;
  const body = graph.equations.flatMap((e) => equation(e, sites, names, binders));
  const outputs = graph.outputs.map((o) => atom(o, names)).join(", ");
  const tail = `in (${outputs}${graph.outputs.length === 1 ? "," : ""}) }`;
  return [head, ...body.map((l) => `    ${l}`), `  ${tail}`];
}

function equation(e: Equation, sites: boolean, names: Names, binders: (v: readonly Var[]) => string): string[] {
  const operands = e.operands.map((o) => ` ${atom(o, names)}`).join("");
  const { inline, nested } = parameters(e.params);
  const result = e.results.length === 0 ? "" : `${binders(e.results)} = `;
  const at = sites ? `  # ${describeSite(e.site)}` : "";
  if (nested.length === 0) return [`${result}${e.op.name}${inline ? `[${inline}]` : ""}${operands}${at}`];
  const blocks = nested.flatMap(([name, graph]) => {
    const [first, ...rest] = lines(graph, sites, new Names());
    return [`  ${name}=${first}`, ...rest.map((l) => `  ${l}`)];
  });
  return [`${result}${e.op.name}[${inline}`, ...blocks, `]${operands}${at}`];
}

function atom(a: Atom, names: Names): string {
  return a instanceof Var ? names.of(a) : `${literal(a.value)}:${shortAval(a.aval)}`;
}

function literal(value: number | bigint | boolean): string {
  if (typeof value === "number" && Object.is(value, -0)) return "-0";
  return String(value);
}

const isGraph = (x: unknown): x is Graph => typeof x === "object" && x !== null && "equations" in x && "inputs" in x;

function parameters(params: unknown): { inline: string; nested: [string, Graph][] } {
  const nested: [string, Graph][] = [];
  const parts: string[] = [];
  if (typeof params === "object" && params !== null)
    for (const [key, value] of Object.entries(params)) {
      if (isGraph(value)) nested.push([key, value]);
      else if (Array.isArray(value) && value.length > 0 && value.every(isGraph))
        value.forEach((g, i) => {
          nested.push([`${key}[${i}]`, g]);
        });
      else if (value !== undefined && typeof value !== "function") parts.push(`${key}=${parameter(value)}`);
    }
  return { inline: parts.join(" "), nested };
}

function parameter(value: unknown): string {
  if (value === null) return "none";
  if (Array.isArray(value)) return `(${value.map(parameter).join(",")}${value.length === 1 ? "," : ""})`;
  if (typeof value === "string") return value in dtypeNames ? dtypeNames[value]! : value;
  if (typeof value === "object") {
    const custom = Object.getPrototypeOf(value) !== Object.prototype && "toString" in value;
    if (custom) return String(value);
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}:${parameter(v)}`)
      .join(",")}}`;
  }
  return String(value);
}

const dtypeNames: Record<string, string> = Object.fromEntries(dtypes.map((d) => [d, shortName(d)]));
