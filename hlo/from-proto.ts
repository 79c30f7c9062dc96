// Reads the compiler's HLO message into linked data.
import { xla } from "../proto/index.ts";
import { HloProtoError } from "./errors.ts";
import { escaped, grouped, indexText, instructionAttributes } from "./instruction-attributes.ts";
import { literalText } from "./literals.ts";
import type { HloCall, HloComputation, HloInstruction, HloModule, HloTable } from "./optimized.ts";
import { shapeFromProto, shapeText } from "./shapes.ts";
import { braces, groupSize } from "./shardings.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type InstructionProto = xla.HloInstructionProto.$Properties;
type ModuleProto = xla.HloModuleProto.$Properties;

/** By computation id. */
type Schedule = Readonly<Record<string, xla.HloScheduleProto.InstructionSequence.$Properties>>;

const utf8 = new TextDecoder();

/** Field numbers at the top level of a message. */
function topLevelFields(bytes: Uint8Array): Set<number> {
  const fields = new Set<number>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new HloProtoError("the bytes end inside a number; they are not an HLO module");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    fields.add(Math.floor(tag / 8));
    const wire = tag % 8;
    if (wire === 0) varint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      at += length;
    } else throw new HloProtoError(`wire type ${wire} at byte ${at}; the bytes are not an HLO module`);
  }
  if (at > bytes.length)
    throw new HloProtoError(`the bytes end ${at - bytes.length} short; the HLO module is truncated`);
  return fields;
}

/** Both messages start with field 1; only HloModuleProto has computations, in field 3. */
function decode(bytes: Uint8Array): { proto: ModuleProto; config: xla.HloModuleConfigProto.$Properties } {
  const hasConfig = [...topLevelFields(bytes)].every((field) => field <= 2);
  try {
    if (!hasConfig) return { proto: xla.HloModuleProto.decode(bytes), config: {} };
    const { hloModule, config } = xla.HloModuleProtoWithConfig.decode(bytes);
    return { proto: hloModule ?? {}, config: config ?? {} };
  } catch (cause) {
    throw new HloProtoError("the bytes are not an HLO module", { cause });
  }
}

/** Roles of called computations, in the order of their ids. */
function roles(proto: InstructionProto): readonly (readonly [string, number])[] {
  const count = proto.calledComputationIds?.length ?? 0;
  switch (proto.opcode) {
    case "while":
      return [
        ["condition", 1],
        ["body", 0],
      ];
    case "select-and-scatter":
      return [
        ["select", 0],
        ["scatter", 1],
      ];
    case "fusion":
    case "async-start":
      return count > 0 ? [["calls", 0]] : [];
    case "conditional":
    case "custom-call":
      return [];
    default:
      return count > 0 ? [["to_apply", 0]] : [];
  }
}

class Reader {
  readonly #devices: number;
  readonly #payloads: readonly Uint8Array[];
  readonly #computations = new Map<number, Writable<HloComputation>>();

  constructor(devices: number, payloads: readonly Uint8Array[]) {
    this.#devices = devices;
    this.#payloads = payloads;
  }

  /** Makes every computation first, so that calls can link to any of them, then reads their instructions. */
  read(protos: readonly xla.HloComputationProto.$Properties[], schedule: Schedule): HloComputation[] {
    for (const { id = 0, name = "", executionThread = "" } of protos) {
      const empty = {
        name,
        instructions: [],
        parameters: [],
        executionThread,
        root: undefined as unknown as HloInstruction,
      };
      this.#computations.set(id, empty);
    }
    return protos.map((proto) => this.#fill(proto, schedule[proto.id ?? 0]?.instructionIds));
  }

  computation(id: number, owner: string): HloComputation {
    const found = this.#computations.get(id);
    if (found === undefined) throw new HloProtoError(`${owner}: there is no computation with id ${id}`);
    return found;
  }

  #fill(
    { id = 0, instructions = [], rootId = 0 }: xla.HloComputationProto.$Properties,
    order: readonly number[] | undefined,
  ): HloComputation {
    const computation = this.#computations.get(id)!;
    const byId = new Map<number, HloInstruction>();
    const find = (wanted: number, owner: string) => {
      const found = byId.get(wanted);
      if (found === undefined)
        throw new HloProtoError(
          `${computation.name}: ${owner} refers to instruction ${wanted}, which does not precede it`,
        );
      return found;
    };
    for (const proto of instructions) byId.set(proto.id ?? 0, this.#instruction(proto, find));
    // Control predecessors may follow in the list, so they are linked last.
    for (const proto of instructions) {
      const instruction = byId.get(proto.id ?? 0)! as Writable<HloInstruction>;
      instruction.controlPredecessors = (proto.controlPredecessorIds ?? []).map((other) =>
        find(other, instruction.name),
      );
    }
    computation.instructions = order?.map((scheduled) => find(scheduled, "the schedule")) ?? [...byId.values()];
    computation.root = find(rootId, "the root");
    computation.parameters = computation.instructions
      .filter(({ opcode }) => opcode === "parameter")
      .sort((a, b) => Number(a.immediate) - Number(b.immediate));
    return computation;
  }

  #instruction(proto: InstructionProto, find: (id: number, owner: string) => HloInstruction): HloInstruction {
    const { name = "", opcode = "" } = proto;
    const { before, after } = instructionAttributes(proto);
    const metadata = proto.metadata ?? {};
    const spelled: Record<string, string> = {};
    if (metadata.opType) spelled.op_type = escaped(metadata.opType);
    if (metadata.opName) spelled.op_name = escaped(metadata.opName);
    if (metadata.sourceFile) spelled.source_file = escaped(metadata.sourceFile);
    if (metadata.sourceLine) spelled.source_line = String(metadata.sourceLine);
    if (metadata.stackFrameId) spelled.stack_frame_id = String(metadata.stackFrameId);
    if (metadata.schedulingName) spelled.scheduling_name = escaped(metadata.schedulingName);
    const calls = this.#calls(proto);
    const group = grouped.has(opcode) ? groupSize(proto, this.#devices) : proto.sourceTargetPairs?.length || undefined;
    return {
      name,
      opcode,
      shape: shapeFromProto(proto.shape ?? {}),
      operands: (proto.operandIds ?? []).map((id) => find(id, name)),
      immediate: this.#immediate(proto),
      attributes: { ...before, ...after },
      calls,
      controlPredecessors: [],
      groupSize: group,
      metadata: spelled,
      backendConfig: this.#backendConfig(proto),
    };
  }

  #immediate(proto: InstructionProto): string | undefined {
    if (proto.opcode === "parameter") return String(proto.parameterNumber ?? 0);
    if (proto.opcode !== "constant") return undefined;
    return proto.literal ? literalText(proto.literal, proto.name ?? "") : "{...}";
  }

  #calls(proto: InstructionProto): HloCall[] {
    const name = proto.name ?? "";
    const ids = proto.calledComputationIds ?? [];
    const at = (i: number) => this.computation(ids[i] ?? -1, name);
    const all = () => ids.map((id) => this.computation(id, name));
    if (proto.opcode === "custom-call" && ids.length > 0) return [{ role: "called_computations", computations: all() }];
    if (proto.opcode === "conditional") {
      // A conditional of two branches over a boolean names them; the index is its first operand.
      return [{ role: "branch_computations", computations: all() }];
    }
    return roles(proto).map(([role, i]) => ({ role, computations: [at(i)] }));
  }

  #backendConfig(proto: InstructionProto): string {
    if (proto.backendConfig?.length) return utf8.decode(proto.backendConfig);
    const payload = proto.backendConfigPayload;
    if (!payload) return "";
    const bytes = payload.value ?? this.#payloads[payload.id ?? -1];
    if (bytes === undefined || bytes === null)
      throw new HloProtoError(`${proto.name}: payload ${payload.id} is missing`);
    return utf8.decode(bytes);
  }
}

function headerAttributes(proto: ModuleProto, config: xla.HloModuleConfigProto.$Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (Object.keys(proto.schedule?.sequences ?? {}).length > 0) attributes.is_scheduled = "true";
  const aliases = proto.inputOutputAlias?.entries ?? [];
  if (aliases.length > 0) {
    const entries = aliases.map(
      ({ outputShapeIndex, parameterNumber = 0, parameterShapeIndex, kind }) =>
        `${indexText(outputShapeIndex)}: (${parameterNumber}, ${indexText(parameterShapeIndex)}, ${kind === xla.Kind.MUST_ALIAS ? "must" : "may"}-alias)`,
    );
    attributes.input_output_alias = `{ ${entries.join(", ")} }`;
  }
  const donors = proto.bufferDonor?.entries ?? [];
  if (donors.length > 0) {
    const entries = donors.map((d) => `(${d.parameterNumber ?? 0}, ${indexText(d.parameterShapeIndex)})`);
    attributes.buffer_donor = `{ ${entries.join(", ")} }`;
  }
  const layout = config.entryComputationLayout ?? proto.hostProgramShape;
  if (layout) {
    const shapes = (layout.parameters ?? []).map((shape) => shapeText(shapeFromProto(shape)));
    const indexedShapes = shapes.map((text, i) => (i > 0 && i % 5 === 0 ? `/*index=${i}*/${text}` : text));
    attributes.entry_computation_layout = `{(${indexedShapes.join(", ")})->${shapeText(shapeFromProto(layout.result ?? {}))}}`;
  }
  const flags = (list: readonly boolean[] | undefined) => braces((list ?? []).map(String));
  if (config.allowSpmdShardingPropagationToParameters?.length) {
    attributes.allow_spmd_sharding_propagation_to_parameters = flags(config.allowSpmdShardingPropagationToParameters);
  }
  if (config.allowSpmdShardingPropagationToOutput?.length) {
    attributes.allow_spmd_sharding_propagation_to_output = flags(config.allowSpmdShardingPropagationToOutput);
  }
  if ((config.replicaCount ?? 1) > 1) attributes.replica_count = String(config.replicaCount);
  if ((config.numPartitions ?? 1) > 1) attributes.num_partitions = String(config.numPartitions);
  const frontend = Object.entries(proto.frontendAttributes?.map ?? {});
  if (frontend.length > 0) attributes.frontend_attributes = braces(frontend.map(([name, value]) => `${name}=${value}`));
  return attributes;
}

function tables(index: xla.StackFrameIndexProto.$Properties | null | undefined): HloTable[] {
  if (!index) return [];
  const locations = (index.fileLocations ?? []).map((l) => {
    const ids = `file_name_id=${l.fileNameId ?? 0} function_name_id=${l.functionNameId ?? 0}`;
    return `{${ids} line=${l.line ?? 0} end_line=${l.endLine ?? 0} column=${l.column ?? 0} end_column=${l.endColumn ?? 0}}`;
  });
  const frames = (index.stackFrames ?? []).map(
    // The text counts frames from 1, the message from 0, where 0 is also "no parent".
    (frame) => `{file_location_id=${frame.fileLocationId ?? 0} parent_frame_id=${(frame.parentFrameId ?? 0) + 1}}`,
  );
  return [
    { title: "FileNames", rows: (index.fileNames ?? []).map(escaped) },
    { title: "FunctionNames", rows: (index.functionNames ?? []).map(escaped) },
    { title: "FileLocations", rows: locations },
    { title: "StackFrames", rows: frames },
  ];
}

/**
 * The optimised program in `bytes`: an `HloModuleProto`, or an `HloModuleProtoWithConfig` (format `hlo_with_config`, as
 * `PJRT_Executable_OptimizedProgram` gives it).
 * @throws HloProtoError for bytes that are neither, or that refer to what they do not hold.
 */
export function fromProto(bytes: Uint8Array): HloModule {
  const { proto, config } = decode(bytes);
  const replicaCount = config.replicaCount || proto.deviceAssignment?.replicaCount || 1;
  const numPartitions = config.numPartitions || proto.deviceAssignment?.computationCount || 1;
  if (!proto.computations?.length)
    throw new HloProtoError("the HLO module has no computations; pass HloModuleProto bytes");
  const reader = new Reader(replicaCount * numPartitions, proto.payloads ?? []);
  const computations = reader.read(proto.computations, proto.schedule?.sequences ?? {});
  return {
    name: proto.name ?? "",
    entry: reader.computation(proto.entryComputationId ?? 0, `module ${proto.name}`),
    computations,
    replicaCount,
    numPartitions,
    attributes: headerAttributes(proto, config),
    tables: tables(proto.stackFrameIndex),
  };
}
