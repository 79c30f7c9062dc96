// PJRT_NamedValue lists: options that go in, attributes that come out.
import { Block } from "./block.ts";
import { readBytes, readInt64s, readText } from "./native.ts";
import { structLayouts } from "./structs.ts";

/** Numbers go in as int64 when they are integers, else as float32; int64 lists as arrays. */
export type NamedValues = Readonly<Record<string, string | number | boolean | readonly number[]>>;

const layout = structLayouts.NamedValue;
const stride = layout.size;
const kind = { string: 0, int64: 1, int64List: 2, float: 3, bool: 4 } as const;

/** A native list; keep it reachable during the call that reads it. */
export interface NamedValueList {
  readonly address: number;
  readonly count: number;
  readonly keep: readonly Block[];
}

/** UTF-8 bytes of `text` at a fixed address, without a terminator. */
export function textBlock(text: string): { readonly block: Block; readonly size: number } {
  const bytes = new TextEncoder().encode(text);
  const block = new Block(bytes.length);
  block.u8.set(bytes);
  return { block, size: bytes.length };
}

export function encodeNamedValues(values: NamedValues): NamedValueList {
  const entries = Object.entries(values);
  const list = new Block(entries.length * stride);
  const keep = [list];
  entries.forEach(([name, value], i) => {
    const at = (field: string) => i * stride + layout.offsets[field]!;
    const own = (block: Block) => {
      keep.push(block);
      return block.address;
    };
    const label = textBlock(name);
    list.setPointer(i * stride, stride);
    list.setPointer(at("name"), own(label.block));
    list.setPointer(at("name_size"), label.size);
    let type: number = kind.int64;
    let size = 1;
    if (typeof value === "string") {
      const content = textBlock(value);
      type = kind.string;
      size = content.size;
      list.setPointer(at("value"), own(content.block));
    } else if (typeof value === "boolean") {
      type = kind.bool;
      list.set(at("value"), "bool", Number(value));
    } else if (typeof value === "object") {
      type = kind.int64List;
      size = value.length;
      list.setPointer(at("value"), own(Block.ofInt64s(value)));
    } else if (Number.isInteger(value)) {
      list.set(at("value"), "i64", value);
    } else {
      type = kind.float;
      list.set(at("value"), "f32", value);
    }
    list.set(at("type"), "i32", type);
    list.setPointer(at("value_size"), size);
  });
  return { address: list.address, count: entries.length, keep };
}

/** Reads `count` named values at `address`; each entry says its own size, which may be larger than ours. */
export function decodeNamedValues(address: number, count: number): Record<string, NamedValues[string]> {
  const values: Record<string, NamedValues[string]> = {};
  let at = address;
  for (let i = 0; i < count; i++) {
    const entry = new Block(stride);
    entry.u8.set(readBytes(at, stride));
    const get = (field: "name" | "name_size" | "type" | "value" | "value_size") =>
      entry.get(layout.offsets[field]!, layout.types[field]!);
    const name = readText(get("name"), get("name_size"));
    const pointer = entry.getPointer(layout.offsets.value!);
    const type = get("type");
    if (type === kind.string) values[name] = readText(pointer, get("value_size"));
    else if (type === kind.int64List) values[name] = readInt64s(pointer, get("value_size"));
    else if (type === kind.float) values[name] = entry.get(layout.offsets.value!, "f32");
    else if (type === kind.bool) values[name] = entry.get(layout.offsets.value!, "bool") !== 0;
    else values[name] = get("value");
    at += entry.getPointer(0) || stride;
  }
  return values;
}
