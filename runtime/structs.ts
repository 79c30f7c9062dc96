// The structs of the PJRT C API that jorts passes, as data: field names and types in the C header's order.
import { type Fields, type Layout, layoutOf } from "./layout.ts";

/** Bytes before the first own field of nearly every struct: struct_size and extension_start. */
const header = 16;

const program = { program: "ptr", compile_options: "ptr", compile_options_size: "size" } as const;
const serialized = { serialized_bytes: "ptr", serialized_bytes_size: "size" } as const;

const stat = { value: "i64", is_set: "bool" } as const;
const optionalStats = (...names: string[]) =>
  Object.fromEntries(names.flatMap((name) => [[name, stat.value] as const, [`${name}_is_set`, stat.is_set] as const]));

/** Argument structs by function name. Fields after `out` comments are written by the plugin. */
export const argumentFields = {
  Error_Destroy: { error: "ptr" },
  Error_Message: { error: "ptr", message: "ptr", message_size: "size" },
  Error_GetCode: { error: "ptr", code: "i32" },

  Plugin_Initialize: {},
  Plugin_Attributes: { attributes: "ptr", num_attributes: "size" },

  Event_Destroy: { event: "ptr" },
  Event_IsReady: { event: "ptr", is_ready: "bool" },
  Event_Error: { event: "ptr" },
  Event_Await: { event: "ptr" },

  Client_Create: {
    create_options: "ptr",
    num_options: "size",
    kv_get_callback: "ptr",
    kv_get_user_arg: "ptr",
    kv_put_callback: "ptr",
    kv_put_user_arg: "ptr",
    client: "ptr",
    kv_try_get_callback: "ptr",
    kv_try_get_user_arg: "ptr",
  },
  Client_Destroy: { client: "ptr" },
  Client_PlatformName: { client: "ptr", platform_name: "ptr", platform_name_size: "size" },
  Client_PlatformVersion: { client: "ptr", platform_version: "ptr", platform_version_size: "size" },
  Client_ProcessIndex: { client: "ptr", process_index: "i32" },
  Client_TopologyDescription: { client: "ptr", topology: "ptr" },
  Client_Devices: { client: "ptr", devices: "ptr", num_devices: "size" },
  Client_AddressableDevices: { client: "ptr", devices: "ptr", num_devices: "size" },
  Client_Compile: { client: "ptr", ...program, executable: "ptr" },
  Client_DefaultDeviceAssignment: {
    client: "ptr",
    num_replicas: "i32",
    num_partitions: "i32",
    default_assignment_size: "size",
    default_assignment: "ptr",
  },
  Client_BufferFromHostBuffer: {
    client: "ptr",
    data: "ptr",
    type: "i32",
    dims: "ptr",
    num_dims: "size",
    byte_strides: "ptr",
    num_byte_strides: "size",
    host_buffer_semantics: "i32",
    device: "ptr",
    memory: "ptr",
    device_layout: "ptr",
    done_with_host_buffer: "ptr",
    buffer: "ptr",
  },

  Device_GetDescription: { device: "ptr", device_description: "ptr" },
  Device_IsAddressable: { device: "ptr", is_addressable: "bool" },
  Device_LocalHardwareId: { device: "ptr", local_hardware_id: "i32" },
  Device_DefaultMemory: { device: "ptr", memory: "ptr" },
  Device_AddressableMemories: { device: "ptr", memories: "ptr", num_memories: "size" },
  Device_MemoryStats: {
    device: "ptr",
    bytes_in_use: "i64",
    ...optionalStats(
      "peak_bytes_in_use",
      "num_allocs",
      "largest_alloc_size",
      "bytes_limit",
      "bytes_reserved",
      "peak_bytes_reserved",
      "bytes_reservable_limit",
      "largest_free_block_bytes",
      "pool_bytes",
      "peak_pool_bytes",
    ),
  },
  DeviceDescription_Id: { device_description: "ptr", id: "i32" },
  DeviceDescription_ProcessIndex: { device_description: "ptr", process_index: "i32" },
  DeviceDescription_Kind: { device_description: "ptr", device_kind: "ptr", device_kind_size: "size" },
  DeviceDescription_Attributes: { device_description: "ptr", num_attributes: "size", attributes: "ptr" },
  Memory_Id: { memory: "ptr", id: "i32" },
  Memory_Kind: { memory: "ptr", kind: "ptr", kind_size: "size" },

  Executable_Destroy: { executable: "ptr" },
  Executable_Name: { executable: "ptr", executable_name: "ptr", executable_name_size: "size" },
  Executable_NumReplicas: { executable: "ptr", num_replicas: "size" },
  Executable_NumPartitions: { executable: "ptr", num_partitions: "size" },
  Executable_NumOutputs: { executable: "ptr", num_outputs: "size" },
  Executable_SizeOfGeneratedCodeInBytes: { executable: "ptr", size_in_bytes: "i64" },
  Executable_GetCostAnalysis: { executable: "ptr", num_properties: "size", properties: "ptr" },
  Executable_OutputMemoryKinds: {
    executable: "ptr",
    num_outputs: "size",
    memory_kinds: "ptr",
    memory_kind_sizes: "ptr",
  },
  Executable_OutputElementTypes: { executable: "ptr", output_types: "ptr", num_output_types: "size" },
  Executable_OutputDimensions: { executable: "ptr", num_outputs: "size", dims: "ptr", dim_sizes: "ptr" },
  Executable_OptimizedProgram: { executable: "ptr", program: "ptr" },
  Executable_Fingerprint: {
    executable: "ptr",
    executable_fingerprint: "ptr",
    executable_fingerprint_size: "size",
  },
  Executable_Serialize: {
    executable: "ptr",
    ...serialized,
    serialized_executable: "ptr",
    serialized_executable_deleter: "ptr",
  },
  Executable_DeserializeAndLoad: {
    client: "ptr",
    serialized_executable: "ptr",
    serialized_executable_size: "size",
    loaded_executable: "ptr",
    overridden_serialized_compile_options: "ptr",
    overridden_serialized_compile_options_size: "size",
  },
  Executable_GetCompiledMemoryStats: {
    executable: "ptr",
    generated_code_size_in_bytes: "i64",
    argument_size_in_bytes: "i64",
    output_size_in_bytes: "i64",
    alias_size_in_bytes: "i64",
    temp_size_in_bytes: "i64",
    host_generated_code_size_in_bytes: "i64",
    host_argument_size_in_bytes: "i64",
    host_output_size_in_bytes: "i64",
    host_alias_size_in_bytes: "i64",
    host_temp_size_in_bytes: "i64",
    peak_memory_in_bytes: "i64",
    total_size_in_bytes: "i64",
    total_allocation_bytes: "i64",
    indefinite_allocations: "i64",
    peak_unpadded_heap_bytes: "i64",
  },
  LoadedExecutable_Destroy: { executable: "ptr" },
  LoadedExecutable_GetExecutable: { loaded_executable: "ptr", executable: "ptr" },
  LoadedExecutable_AddressableDevices: { executable: "ptr", devices: "ptr", num_devices: "size" },
  LoadedExecutable_Execute: {
    executable: "ptr",
    options: "ptr",
    argument_lists: "ptr",
    num_devices: "size",
    num_args: "size",
    output_lists: "ptr",
    device_complete_events: "ptr",
    execute_device: "ptr",
  },

  Buffer_Destroy: { buffer: "ptr" },
  Buffer_ElementType: { buffer: "ptr", type: "i32" },
  Buffer_Dimensions: { buffer: "ptr", dims: "ptr", num_dims: "size" },
  Buffer_OnDeviceSizeInBytes: { buffer: "ptr", on_device_size_in_bytes: "size" },
  Buffer_Device: { buffer: "ptr", device: "ptr" },
  Buffer_Memory: { buffer: "ptr", memory: "ptr" },
  Buffer_Delete: { buffer: "ptr" },
  Buffer_IsDeleted: { buffer: "ptr", is_deleted: "bool" },
  Buffer_CopyToDevice: { buffer: "ptr", dst_device: "ptr", dst_buffer: "ptr" },
  Buffer_CopyToMemory: { buffer: "ptr", dst_memory: "ptr", dst_buffer: "ptr" },
  Buffer_ToHostBuffer: { src: "ptr", host_layout: "ptr", dst: "ptr", dst_size: "size", event: "ptr" },
  /** The layout struct lies inside; here its tiled member. */
  Buffer_GetMemoryLayout: {
    buffer: "ptr",
    layout_struct_size: "size",
    layout_extension_start: "ptr",
    tiled_struct_size: "size",
    tiled_extension_start: "ptr",
    minor_to_major: "ptr",
    minor_to_major_size: "size",
    tile_dims: "ptr",
    tile_dim_sizes: "ptr",
    num_tiles: "size",
    type: "i32",
    padding: "i32",
  },
  Buffer_IsOnCpu: { buffer: "ptr", is_on_cpu: "bool" },
  Buffer_ReadyEvent: { buffer: "ptr", event: "ptr" },
  Buffer_UnsafePointer: { buffer: "ptr", buffer_pointer: "ptr" },

  TopologyDescription_Create: {
    topology_name: "ptr",
    topology_name_size: "size",
    create_options: "ptr",
    num_options: "size",
    topology: "ptr",
  },
  TopologyDescription_Destroy: { topology: "ptr" },
  TopologyDescription_PlatformName: { topology: "ptr", platform_name: "ptr", platform_name_size: "size" },
  TopologyDescription_PlatformVersion: { topology: "ptr", platform_version: "ptr", platform_version_size: "size" },
  TopologyDescription_GetDeviceDescriptions: { topology: "ptr", descriptions: "ptr", num_descriptions: "size" },
  Compile: { topology: "ptr", ...program, client: "ptr", executable: "ptr" },
} as const satisfies Record<string, Fields>;

/** Structs that argument structs point to. */
export const structFields = {
  NamedValue: { name: "ptr", name_size: "size", type: "i32", value: "i64", value_size: "size" },
  Program: { code: "ptr", code_size: "size", format: "ptr", format_size: "size" },
  ExecuteOptions: {
    send_callbacks: "ptr",
    recv_callbacks: "ptr",
    num_send_ops: "size",
    num_recv_ops: "size",
    launch_id: "i32",
    non_donatable_input_indices: "ptr",
    num_non_donatable_input_indices: "size",
    context: "ptr",
    call_location: "ptr",
    num_tasks: "size",
    task_ids: "ptr",
    incarnation_ids: "ptr",
    multi_slice_config: "ptr",
  },
  /** The tiled member of the layout union, followed by the union's tag. */
  Buffer_MemoryLayout: {
    tiled_struct_size: "size",
    tiled_extension_start: "ptr",
    minor_to_major: "ptr",
    minor_to_major_size: "size",
    tile_dims: "ptr",
    tile_dim_sizes: "ptr",
    num_tiles: "size",
    type: "i32",
  },
} as const satisfies Record<string, Fields>;

export type CallName = keyof typeof argumentFields;
export type ArgumentField<N extends CallName> = keyof (typeof argumentFields)[N] & string;
export type StructName = keyof typeof structFields;
export type StructField<N extends StructName> = keyof (typeof structFields)[N] & string;

const lay = <T extends Record<string, Fields>>(table: T) =>
  Object.fromEntries(Object.entries(table).map(([name, fields]) => [name, layoutOf(fields, header)])) as {
    readonly [N in keyof T]: Layout;
  };

export const argumentLayouts = lay(argumentFields);
export const structLayouts = lay(structFields);
