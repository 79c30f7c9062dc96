// Exported programs as bytes: a checksum, a JSON header, then the captured arrays.
import { createHash } from "node:crypto";
import { type Aval, avalOf } from "../core/aval.ts";
import { type DType, isDType } from "../core/dtype.ts";
import { ExportError } from "../core/errors.ts";
import { P, type SpecEntry } from "../core/mesh.ts";
import { leafPaths, type TreeDef } from "../core/tree.ts";
import type { ExportedProgram, MeshShape, SpecOrNull } from "./exported.ts";

const magic = "jorts exported 1\n";
const digestLength = 64;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
// biome-ignore lint/suspicious/noExplicitAny: constructors of every signature
type Class = abstract new (...args: any[]) => unknown;
type ClassDef = Extract<TreeDef, { kind: "class" }>;

interface ClassFormat {
  readonly type: Class;
  readonly name: string;
  readonly encode: (aux: unknown) => Json;
  readonly decode: (json: Json) => unknown;
}
const formats = new Map<string, ClassFormat>();

/** Lets trees of `type`, registered with `tree.register`, be part of a serialized program's arguments and results. */
export function registerFormat(format: ClassFormat): void {
  const known = formats.get(format.name);
  if (known !== undefined && known.type !== format.type)
    throw new ExportError(`The name "${format.name}" already stands for the class ${known.type.name}.`);
  formats.set(format.name, format);
}

function encodeDef(def: TreeDef): Json {
  switch (def.kind) {
    case "leaf":
      return "*";
    case "null":
      return null;
    case "array":
      return ["array", def.children.map(encodeDef)];
    case "object":
      return ["object", def.keys, def.children.map(encodeDef)];
    case "class":
      return encodeClass(def);
  }
}

function encodeClass(def: ClassDef): Json {
  const format = [...formats.values()].find((f) => f.type === def.type);
  if (format === undefined)
    throw new ExportError(
      `The class ${def.type.name} among the arguments or results has no format. Give it one with ` +
        "registerTreeSerialization, or pass plain objects.",
    );
  return ["class", format.name, def.names, format.encode(def.aux), def.children.map(encodeDef)];
}

function decodeDef(json: Json): TreeDef {
  if (json === "*") return { kind: "leaf" };
  if (json === null) return { kind: "null" };
  if (!Array.isArray(json)) throw damaged("its trees");
  const children = (json.at(-1) as Json[]).map(decodeDef);
  const leaves = children.reduce((n, c) => n + leafPaths(c).length, 0);
  if (json[0] === "array") return { kind: "array", children, leaves };
  if (json[0] === "object") return { kind: "object", keys: json[1] as string[], children, leaves };
  const format = formats.get(json[1] as string);
  if (format === undefined)
    throw new ExportError(
      `The program's arguments or results hold a class of the name "${json[1]}". Register it with registerTreeSerialization first.`,
    );
  return {
    kind: "class",
    type: format.type,
    names: json[2] as string[],
    aux: format.decode(json[3] as Json),
    children,
    leaves,
  };
}

const encodeAval = (a: Aval): Json => [a.dtype, a.shape];
function decodeAval(json: Json): Aval {
  const [dtype, shape] = json as [DType, number[]];
  if (!isDType(dtype)) throw new ExportError(`The program has values of dtype ${dtype}, which is not known here.`);
  return avalOf(shape, dtype);
}

const encodeSpec = (spec: SpecOrNull): Json =>
  spec === null ? null : spec.map((e) => (e === P.UNCONSTRAINED ? { unconstrained: true } : (e as Json)));
const decodeSpec = (json: Json): SpecOrNull =>
  json === null
    ? null
    : (json as Json[]).map((e) =>
        e !== null && typeof e === "object" && !Array.isArray(e) ? P.UNCONSTRAINED : (e as SpecEntry),
      );

function header(p: ExportedProgram): Json {
  return {
    name: p.name,
    stablehlo: p.stablehloVersion,
    texts: Object.fromEntries(p.texts),
    hidden: p.hidden.map(({ aval, bytes }) => [encodeAval(aval), bytes.length]),
    in: { tree: encodeDef(p.inDef), avals: p.inAvals.map(encodeAval), specs: p.inSpecs.map(encodeSpec) },
    out: { tree: encodeDef(p.outDef), avals: p.outAvals.map(encodeAval), specs: p.outSpecs.map(encodeSpec) },
    mesh: p.mesh && { axisNames: p.mesh.axisNames, axisSizes: p.mesh.axisSizes },
    cost: { ...p.cost },
    vjp: p.vjp && header(p.vjp),
  };
}

const arraysOf = (p: ExportedProgram): Uint8Array[] => [
  ...p.hidden.map((h) => h.bytes),
  ...(p.vjp === null ? [] : arraysOf(p.vjp)),
];

/** @throws ExportError for a class without a format */
export function encodeExported(program: ExportedProgram): Uint8Array {
  const text = Buffer.from(JSON.stringify(header(program)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const body = Buffer.concat([length, text, ...arraysOf(program)]);
  return Buffer.concat([Buffer.from(magic), Buffer.from(digest(body)), body]);
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const damaged = (what: string): ExportError =>
  new ExportError(`The bytes are no exported program, or a damaged one: ${what} cannot be read. Export it again.`);

/** @throws ExportError for bytes that are no whole exported program of this format */
export function decodeExported(bytes: Uint8Array): ExportedProgram {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = magic.length + digestLength;
  if (file.toString("latin1", 0, magic.length) !== magic) throw damaged("the first line");
  const body = file.subarray(start);
  if (file.toString("latin1", magic.length, start) !== digest(body)) throw damaged("the checksum");
  const length = Number(body.readBigUInt64LE());
  let at = 8 + length;
  const take = (n: number): Uint8Array => {
    at += n;
    return new Uint8Array(body.subarray(at - n, at)); // a copy, aligned
  };
  return program(JSON.parse(body.toString("utf8", 8, at)) as Json, take);
}

interface Side {
  readonly tree: Json;
  readonly avals: readonly Json[];
  readonly specs: readonly Json[];
}

function program(json: Json, take: (n: number) => Uint8Array): ExportedProgram {
  const h = json as { readonly [key: string]: Json };
  const [ins, outs] = [h.in as unknown as Side, h.out as unknown as Side];
  return {
    name: h.name as string,
    stablehloVersion: h.stablehlo as string,
    texts: new Map(Object.entries(h.texts as Record<string, string>)),
    hidden: (h.hidden as [Json, number][]).map(([aval, n]) => ({ aval: decodeAval(aval), bytes: take(n) })),
    inDef: decodeDef(ins.tree),
    outDef: decodeDef(outs.tree),
    inAvals: ins.avals.map(decodeAval),
    outAvals: outs.avals.map(decodeAval),
    inSpecs: ins.specs.map(decodeSpec),
    outSpecs: outs.specs.map(decodeSpec),
    mesh: h.mesh as MeshShape | null,
    cost: h.cost as { flops: number; bytesAccessed: number },
    vjp: h.vjp === null ? null : program(h.vjp!, take),
  };
}
