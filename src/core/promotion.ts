// JAX's promotion lattice, weak types among its nodes.
import { type DType, isInteger, itemSize, kindOf } from "./dtype.ts";
import { DTypeError } from "./errors.ts";

/** A dtype and whether it is weak, that is, gives way to a strong one of the same or a higher kind. */
export interface Typed {
  readonly dtype: DType;
  readonly weakType: boolean;
}

/** Dtypes, and the weak integer, float and complex number. */
type Node = DType | "int*" | "float*" | "complex*";

/** What each node may become next. Nothing leads out of 8-bit floats and integers below 8 bits. */
const above: Readonly<Record<Node, readonly Node[]>> = {
  bool: ["int*"],
  "int*": ["uint8", "uint2", "uint4", "int8", "int2", "int4"],
  int2: [],
  int4: [],
  int8: ["int16"],
  int16: ["int32"],
  int32: ["int64"],
  int64: ["float*"],
  uint2: [],
  uint4: [],
  uint8: ["int16", "uint16"],
  uint16: ["int32", "uint32"],
  // Not int64: no promotion makes 64 bits of fewer.
  uint32: ["int32", "uint64"],
  uint64: ["float*"],
  "float*": [
    "float8_e3m4",
    "float8_e4m3",
    "float8_e4m3b11fnuz",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "bfloat16",
    "float16",
    "complex*",
  ],
  float8_e3m4: [],
  float8_e4m3: [],
  float8_e4m3b11fnuz: [],
  float8_e4m3fn: [],
  float8_e4m3fnuz: [],
  float8_e5m2: [],
  float8_e5m2fnuz: [],
  float8_e8m0fnu: [],
  bfloat16: ["float32"],
  float16: ["float32"],
  float32: ["float64", "complex64"],
  float64: ["complex128"],
  "complex*": ["complex64"],
  complex64: ["complex128"],
  complex128: [],
};

const reached = new Map<Node, ReadonlySet<Node>>();

/** `node` and all that it may become. */
function upperBounds(node: Node): ReadonlySet<Node> {
  let set = reached.get(node);
  if (set === undefined) {
    set = new Set([node, ...above[node].flatMap((n) => [...upperBounds(n)])]);
    reached.set(node, set);
  }
  return set;
}

const joins = new Map<string, Node | null>();

/** The least upper bound of two nodes; null where there is none. */
function join(a: Node, b: Node): Node | null {
  const key = `${a}|${b}`;
  let found = joins.get(key);
  if (found === undefined) {
    const common = [...upperBounds(a)].filter((n) => upperBounds(b).has(n));
    found = common.find((n) => common.every((m) => upperBounds(n).has(m))) ?? null;
    joins.set(key, found);
  }
  return found;
}

const weakNodes = { int: "int*", uint: "int*", float: "float*", complex: "complex*" } as const;

function nodeOf({ dtype, weakType }: Typed): Node {
  const kind = kindOf(dtype);
  return weakType && kind !== "bool" ? weakNodes[kind] : dtype;
}

/**
 * The least upper bound of `types`. Weak results have 64 bits (a complex one 128) only if an operand of their kind has,
 * or if integers meet in no integer type (uint64 and int8).
 *
 * As `jax.numpy.promote_types` without x64 mode; 64-bit types take their places in the lattice all the same.
 * @throws DTypeError where the lattice has no upper bound: an 8-bit float or an integer below 8 bits beside another type
 */
export function promoteTypes(types: readonly Typed[], name = "promotion"): Typed {
  const first = types[0]!;
  if (types.every((t) => t.dtype === first.dtype))
    return { dtype: first.dtype, weakType: types.every((t) => t.weakType) };
  let node: Node = nodeOf(first);
  for (const t of types.slice(1)) {
    const next = join(node, nodeOf(t));
    if (next === null)
      throw new DTypeError(
        `${name}: got dtypes ${[...new Set(types.map((u) => u.dtype))].join(" and ")}, which have no common type. ` +
          "Expected equal dtypes: 8-bit floats and integers below 8 bits are never converted by promotion. Use astype.",
      );
    node = next;
  }
  const wide = (test: (t: Typed) => boolean) => types.some((t) => test(t) && itemSize(t.dtype) >= 8);
  switch (node) {
    case "int*":
      return { dtype: wide(() => true) ? "int64" : "int32", weakType: true };
    case "float*": {
      const floats = types.some((t) => kindOf(t.dtype) === "float");
      return { dtype: wide((t) => !floats || !isInteger(t.dtype)) ? "float64" : "float32", weakType: true };
    }
    case "complex*": {
      const big = types.some((t) => t.dtype === "complex128" || t.dtype === "float64");
      return { dtype: big ? "complex128" : "complex64", weakType: true };
    }
    default:
      return { dtype: node, weakType: false };
  }
}
