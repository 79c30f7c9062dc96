// C struct layouts computed from field lists (System V x86-64: natural alignment).

/** Types of C fields: pointers and unsigned sizes are read as JS numbers below 2^53. */
export type FieldType = "ptr" | "size" | "i64" | "i32" | "bool" | "f32";

export type Fields = Readonly<Record<string, FieldType>>;

export interface Layout {
  readonly offsets: Readonly<Record<string, number>>;
  readonly types: Fields;
  /** Offset of the last field plus its size: what PJRT calls struct_size. */
  readonly size: number;
}

const widths: Record<FieldType, number> = { ptr: 8, size: 8, i64: 8, i32: 4, bool: 1, f32: 4 };

/** Lays out fields in order, after `header` bytes. */
export function layoutOf(types: Fields, header = 0): Layout {
  const offsets: Record<string, number> = {};
  let end = header;
  for (const [name, type] of Object.entries(types)) {
    const width = widths[type];
    const offset = Math.ceil(end / width) * width;
    offsets[name] = offset;
    end = offset + width;
  }
  return { offsets, types, size: end };
}
