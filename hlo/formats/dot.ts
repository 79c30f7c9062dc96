// The dimension numbers of products and convolutions.
import { type Attribute, attr, type StructField } from "../attributes.ts";
import { HloPrintError } from "../errors.ts";
import type { Operation } from "../module.ts";
import { convolutionText, structFields } from "../spell.ts";
import { tensorType } from "../types.ts";
import { dims, required } from "../writer.ts";
import { listField } from "./attributes.ts";
import { type Draft, optional, type Piece, type TokenReader } from "./piece.ts";

type Fields = Record<string, StructField>;

const dotNumbers = "dot_dimension_numbers";

/** The fields read so far; a pair that does not stand in the text is empty. */
function dotFields(draft: Draft): Fields {
  const known = draft.attributes[dotNumbers];
  if (known?.kind === "struct") return known.fields as Fields;
  const fields: Fields = {
    lhs_batching_dimensions: [],
    rhs_batching_dimensions: [],
    lhs_contracting_dimensions: [],
    rhs_contracting_dimensions: [],
  };
  draft.attributes[dotNumbers] = attr.struct("dot", fields);
  return fields;
}

/** `[0] x [1]`: the dimensions of the two operands that go together. */
const pair = (kind: "batching" | "contracting"): Piece => {
  const [lhs, rhs] = [`lhs_${kind}_dimensions`, `rhs_${kind}_dimensions`];
  return {
    spells: [dotNumbers],
    print: (op) => `[${listField(op, dotNumbers, lhs).join(", ")}] x [${listField(op, dotNumbers, rhs).join(", ")}]`,
    read(reader, draft) {
      const left = reader.numbers() as number[];
      reader.literal("x");
      const right = reader.numbers() as number[];
      Object.assign(dotFields(draft), { [lhs]: left, [rhs]: right });
    },
  };
};

const hasBatch = (op: Operation): boolean =>
  listField(op, dotNumbers, "lhs_batching_dimensions").length > 0 ||
  listField(op, dotNumbers, "rhs_batching_dimensions").length > 0;

/** `, batching_dims = [0] x [0], contracting_dims = [2] x [1]`; the contracting pair always stands when printed. */
export const dotDimensions: readonly Piece[] = [
  optional(", batching_dims = ", pair("batching"), hasBatch),
  optional(", contracting_dims = ", pair("contracting"), () => true),
];

/** `, algorithm = <lhs_precision_type = tf32, …>` where there is one. */
export const algorithm: Piece = optional(
  ", algorithm = ",
  {
    spells: ["algorithm"],
    print: (op) => `<${structFields(required(op, "algorithm", "struct").fields)}>`,
    read(reader, draft) {
      draft.attributes.algorithm = reader.struct("dot_algorithm");
    },
  },
  (op) => op.attributes.algorithm !== undefined,
);

type Marks = Readonly<Record<string, string>>;

const inputMarks: Marks = { b: "input_batch_dimension", f: "input_feature_dimension" };
const kernelMarks: Marks = { i: "kernel_input_feature_dimension", o: "kernel_output_feature_dimension" };
const outputMarks: Marks = { b: "output_batch_dimension", f: "output_feature_dimension" };

/** `[b, 0, 1, f]`: the dimension that each place of one side stands for. */
function side(reader: TokenReader, role: string, marks: Marks, fields: Fields): void {
  const spatial: number[] = [];
  let place = 0;
  reader.literal("[");
  reader.list(() => {
    const mark = reader.wordOrInteger();
    const field = marks[mark];
    if (field !== undefined) fields[field] = place;
    else if (/^\d{1,3}$/.test(mark)) spatial[Number(mark)] = place;
    else reader.fail(`expected one of ${Object.keys(marks).join(", ")} or the number of a spatial dimension`);
    place++;
  });
  reader.literal("]");
  fields[`${role}_spatial_dimensions`] = Array.from(
    spatial,
    (at) => at ?? reader.fail("a spatial dimension is missing"),
  );
}

/** `[b, 0, f]x[0, i, o]->[b, 0, f]` as the attribute it stands for. */
export function readConvolution(reader: TokenReader): Attribute {
  const fields: Fields = {};
  side(reader, "input", inputMarks, fields);
  reader.literal("x");
  side(reader, "kernel", kernelMarks, fields);
  reader.literal("->");
  side(reader, "output", outputMarks, fields);
  return attr.struct("conv", fields);
}

export const convolutionNumbers: Piece = {
  spells: ["dimension_numbers"],
  print: (op) => convolutionText(required(op, "dimension_numbers", "struct").fields),
  read(reader, draft) {
    draft.attributes.dimension_numbers = readConvolution(reader);
  },
};

function paddingText(op: Operation): string {
  const { type, value } = required(op, "padding", "dense");
  if (typeof value === "object" && value instanceof Uint8Array) {
    throw new HloPrintError(`${op.name}: padding is given as bytes; give a list of integers`);
  }
  const at = (i: number) => String(typeof value === "object" ? value[i] : value);
  const pairs = Array.from({ length: type.shape[0]! }, (_, i) => `[${at(2 * i)}, ${at(2 * i + 1)}]`);
  return `[${pairs.join(", ")}]`;
}

function readPadding(reader: TokenReader): Attribute {
  const pairs: number[] = [];
  reader.literal("[");
  reader.optional(
    () => reader.ahead("["),
    () => reader.list(() => pairs.push(...(reader.numbers() as number[]))),
  );
  reader.literal("]");
  return attr.dense(tensorType([pairs.length / 2, 2], "i64"), pairs);
}

const windowParts: readonly (readonly [label: string, attribute: string])[] = [
  ["stride", "window_strides"],
  ["pad", "padding"],
  ["lhs_dilate", "lhs_dilation"],
  ["rhs_dilate", "rhs_dilation"],
  ["reverse", "window_reversal"],
];

/** `{stride = [1, 1], pad = [[0, 0], [0, 0]], …}` */
export const window: Piece = {
  spells: windowParts.map(([, attribute]) => attribute),
  print(op) {
    const parts = windowParts
      .filter(([, attribute]) => op.attributes[attribute] !== undefined)
      .map(([label, attribute]) => `${label} = ${label === "pad" ? paddingText(op) : dims(op, attribute)}`);
    return `{${parts.join(", ")}}`;
  },
  read(reader, draft) {
    const labels = new Map(windowParts);
    reader.literal("{");
    reader.optional(
      () => !reader.ahead("}"),
      () =>
        reader.list(() => {
          const label = reader.word();
          reader.literal("=");
          const attribute = labels.get(label);
          if (label === "pad") draft.attributes.padding = readPadding(reader);
          else {
            const values = reader.numbers();
            const element = typeof values[0] === "boolean" ? "i1" : "i64";
            if (attribute === undefined) return reader.fail(`expected one of ${[...labels.keys()].join(", ")}`);
            draft.attributes[attribute] = { kind: "denseArray", element, values };
          }
        }),
    );
    reader.literal("}");
  },
};
