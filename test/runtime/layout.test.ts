// Struct layouts against the C header's sizes and the plugin's own.
import { describe, expect, test } from "vitest";
import { Api, Call } from "../../runtime/api.ts";
import { Block } from "../../runtime/block.ts";
import { PjrtError, PluginError } from "../../runtime/errors.ts";
import { apiFunctions, functionTableOffset } from "../../runtime/functions.ts";
import { layoutOf } from "../../runtime/layout.ts";
import { argumentLayouts, type CallName, structLayouts } from "../../runtime/structs.ts";
import { cpuPlugin } from "./plugin.ts";

test("fields are aligned to their width and the size ends with the last field", () => {
  const layout = layoutOf({ a: "ptr", flag: "bool", n: "i64", id: "i32" }, 16);
  expect(layout.offsets).toEqual({ a: 16, flag: 24, n: 32, id: 40 });
  expect(layout.size).toBe(44);
});

test("nested structs have the C header's sizes and offsets", () => {
  expect(structLayouts.NamedValue).toMatchObject({ size: 56, offsets: { type: 32, value: 40, value_size: 48 } });
  expect(structLayouts.Program).toMatchObject({ size: 48, offsets: { code: 16, format: 32 } });
  expect(structLayouts.ExecuteOptions).toMatchObject({
    size: 120,
    offsets: { launch_id: 48, non_donatable_input_indices: 56, context: 72, multi_slice_config: 112 },
  });
  expect(structLayouts.Buffer_MemoryLayout).toMatchObject({ size: 76, offsets: { minor_to_major: 32, type: 72 } });
});

test("the function table of version 0.104 has 135 slots and the plugin's table reaches them", () => {
  expect(apiFunctions).toHaveLength(135);
  expect(apiFunctions[20]).toBe("Client_Compile");
  expect(apiFunctions[55]).toBe("LoadedExecutable_Execute");
  expect(functionTableOffset + 8 * apiFunctions.length).toBeLessThanOrEqual(cpuPlugin.api.structSize);
  expect(cpuPlugin.api.structSize).toBe(1144);
  expect(cpuPlugin.version).toBe("0.115");
});

describe("the plugin expects the struct sizes that we compute", () => {
  // Errors have no size check; the CPU plugin refuses topologies before it checks.
  const unchecked = /^(Error_|TopologyDescription_Create$)/;
  const names = (Object.keys(argumentLayouts) as CallName[]).filter((name) => !unchecked.test(name));
  test.each(names)("%s", (name) => {
    const call = new Call(cpuPlugin.api, name);
    call.args.setPointer(0, 8); // too small: the plugin says what it wants and touches nothing
    let message = "";
    try {
      call.run();
    } catch (error) {
      expect(error).toBeInstanceOf(PjrtError);
      expect((error as PjrtError).code).toBe("INVALID_ARGUMENT");
      message = (error as PjrtError).message;
    }
    const expected = Number(/expected (\d+)/.exec(message)?.[1]);
    // Statistics grew at the end; the plugin accepts callers of the older, shorter struct.
    if (name === "Executable_GetCompiledMemoryStats") expect(expected).toBe(112);
    else expect(argumentLayouts[name].size).toBe(expected);
  });
});

describe("versions and support", () => {
  const tableOf = (version: { major: number; minor: number }, structSize: number) => {
    const table = new Block(structSize);
    table.setPointer(0, structSize);
    table.setInt32(32, version.major);
    table.setInt32(36, version.minor);
    return table;
  };

  test.each([
    { major: 0, minor: 103 },
    { major: 1, minor: 0 },
  ])("API $major.$minor is refused with what is needed", (version) => {
    const table = tableOf(version, 1144);
    expect(() => new Api(table.address, "old.so")).toThrow(PluginError);
    expect(() => new Api(table.address, "old.so")).toThrow(
      new RegExp(
        `old.so speaks PJRT C API ${version.major}.${version.minor}; jorts needs 0.104 .*jorts plugin install`,
      ),
    );
  });

  test("a function past the table's end, or empty in it, is UNIMPLEMENTED and nothing is called", () => {
    const table = tableOf({ major: 0, minor: 104 }, functionTableOffset + 8 * 10);
    const api = new Api(table.address, "short.so");
    expect(api.has("Executable_Fingerprint")).toBe(false);
    expect(api.has("Event_Await")).toBe(false);
    for (const name of ["Executable_Fingerprint", "Event_Await"] as const) {
      expect(() => api.call(name, {})).toThrow(PjrtError);
      expect(() => api.call(name, {})).toThrow(new RegExp(`UNIMPLEMENTED: .*0.104.*PJRT_${name}`));
    }
  });
});
