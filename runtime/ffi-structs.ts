// The structs of XLA's FFI (xla/ffi/api/c_api.h) and of PJRT's extension for it, as data.
import { type Fields, layoutOf } from "./layout.ts";

/** struct_size and extension_start, before the first own field. */
const header = 16;

const lay = <T extends Record<string, Fields>>(table: T, before: number) =>
  Object.fromEntries(Object.entries(table).map(([name, fields]) => [name, layoutOf(fields, before)])) as {
    readonly [N in keyof T]: ReturnType<typeof layoutOf>;
  };

/** Each starts with its struct_size alone. */
export const pjrtFfi = lay(
  {
    /** PJRT_Extension_Base, and what the FFI extension appends. */
    Extension: { type: "i32", next: "ptr", type_register: "ptr", user_data_add: "ptr", register_handler: "ptr" },
    RegisterHandler: {
      target_name: "ptr",
      target_name_size: "size",
      handler: "ptr",
      platform_name: "ptr",
      platform_name_size: "size",
      traits: "i32",
    },
    /** XLA_FFI_Extension_Base, and what the metadata extension appends. */
    MetadataExtension: { type: "i32", next: "ptr", metadata: "ptr" },
    /** The version is a struct of its own (size, extension, major, minor) inside. */
    Metadata: {
      version_size: "size",
      version_extension: "ptr",
      major_version: "i32",
      minor_version: "i32",
      traits: "i32",
    },
  },
  8,
);

/** Operands, results or attributes: a struct of `size` and parallel lists inside the call frame. */
const list = (name: string, lists: readonly string[]): Fields =>
  Object.fromEntries([
    [`${name}_struct_size`, "size"],
    [`${name}_extension`, "ptr"],
    [`${name}_size`, "i64"],
    ...lists.map((l) => [`${name}_${l}`, "ptr"]),
  ]) as Fields;

export const xlaFfi = lay(
  {
    CallFrame: {
      api: "ptr",
      context: "ptr",
      stage: "i32",
      ...list("args", ["types", "values"]),
      ...list("rets", ["types", "values"]),
      ...list("attrs", ["types", "names", "values"]),
    } as Fields,
    Api: {
      version_size: "size",
      version_extension: "ptr",
      major_version: "i32",
      minor_version: "i32",
      internal: "ptr",
      error_create: "ptr",
    },
    Buffer: { dtype: "i32", data: "ptr", rank: "i64", dims: "ptr" },
    ErrorCreate: { message: "ptr", code: "i32" },
  },
  header,
);

/** PJRT_Extension_Type_FFI */
export const ffiExtensionType = 5;
/** XLA_FFI_Extension_Metadata */
export const metadataExtensionType = 1;
/** XLA_FFI_ExecutionStage_EXECUTE */
export const executeStage = 3;
/** XLA_FFI_AttrType_SCALAR */
export const scalarAttribute = 3;
/** XLA_FFI_Error_Code_INTERNAL */
export const internalCode = 13;
