// Memory over the steps of small programs, counted by hand.
import { describe, expect, it } from "vitest";
import { attr, type Builder, costByLine, liveMemory, type Module, type Value } from "../../hlo/data.ts";
import { counted, func, partitioned, program, programs, t } from "./programs.ts";

const f = t("f32", 256); // 1024 bytes
const one = (b: Builder, name: string, ...operands: Value[]) => b.one(`stablehlo.${name}`, operands, f);
const kb = (module: Module) => liveMemory(module).points.map(({ bytes }) => bytes / 1024);

describe("liveMemory", () => {
  it("frees values after their last use, and holds arguments", () => {
    const module = program([f], (b, x) => {
      const y = one(b, "sine", x!);
      const z = one(b, "cosine", y);
      const u = one(b, "add", y, z);
      return [one(b, "negate", u)];
    });
    // x; x y; x y z; x y z u; x u v; x v
    expect(kb(module)).toEqual([2, 3, 4, 3, 2]);
    const profile = liveMemory(module);
    expect(profile).toMatchObject({
      peakBytes: 4096,
      peakAt: 2,
      argumentBytes: 1024,
      outputBytes: 1024,
      aliasedBytes: 0,
    });
    expect(profile.alive.map(({ name, madeBy }) => [name, madeBy])).toEqual([
      ["%arg0", "argument 0"],
      ["%0", "stablehlo.sine"],
      ["%1", "stablehlo.cosine"],
      ["%2", "stablehlo.add"],
    ]);
  });

  it("frees donated arguments", () => {
    const module = program([f], (b, x) => [one(b, "negate", one(b, "sine", x!))]);
    expect(kb(module)).toEqual([2, 3, 2]);
    module.funcs[0] = { ...module.funcs[0]!, argAttributes: [{ "tf.aliasing_output": attr.i32(0) }] };
    expect(kb(module)).toEqual([2, 2, 1]);
    expect(liveMemory(module).aliasedBytes).toBe(1024);
    module.funcs[0] = { ...module.funcs[0]!, argAttributes: [{ "jax.buffer_donor": attr.bool(true) }] };
    expect(kb(module)).toEqual([2, 2, 1]);
  });

  it("views take nothing and are named", () => {
    const module = program([f], (b, x) => {
      const y = one(b, "sine", x!);
      const row = b.one("stablehlo.reshape", [y], t("f32", 1, 256));
      const bits = b.one("stablehlo.bitcast_convert", [row], t("i32", 1, 256));
      return [b.one("stablehlo.not", [bits], t("i32", 1, 256))];
    });
    expect(kb(module)).toEqual([2, 2, 2, 3, 2]);
    expect(liveMemory(module).values[1]!.views).toEqual(["stablehlo.reshape", "stablehlo.bitcast_convert"]);
  });

  it("updates in place what nobody else needs", () => {
    const update = (keep: boolean) =>
      program([t("i32")], (b, n) => {
        const y = b.one("stablehlo.iota", [], f, { iota_dimension: attr.i64(0) });
        const piece = b.constant(t("f32", 1), [1]);
        const z = b.one("stablehlo.dynamic_update_slice", [y, piece, n!], f);
        return keep ? [y, z] : [z];
      });
    expect(Math.floor(liveMemory(update(false)).peakBytes / 1024)).toBe(1);
    expect(Math.floor(liveMemory(update(true)).peakBytes / 1024)).toBe(2);
  });

  it("a loop carries in place; what others need it copies once", () => {
    const loop = (b: Builder, x: Value) => counted(b, 9, x, (y) => one(b, "sine", y));
    // argument, copy, and the new value beside the old one inside the body
    expect(Math.floor(liveMemory(program([f], (b, x) => [loop(b, x!)])).peakBytes / 1024)).toBe(3);
    const own = program([f], (b, x) => [loop(b, one(b, "cosine", x!))]);
    expect(Math.floor(liveMemory(own).peakBytes / 1024)).toBe(3);
    const copy = liveMemory(program([f], (b, x) => [loop(b, x!)])).values.find(({ madeBy }) => madeBy.includes("copy"));
    expect(copy).toMatchObject({ bytes: 1024, madeBy: "stablehlo.while (copy)" });
  });

  it("follows calls, and hands over what the caller no longer needs", () => {
    const module = program([f], (b, x) => {
      const y = one(b, "sine", x!);
      return [b.one("func.call", [y], f, { callee: attr.symbol("g") })];
    });
    module.funcs.push(
      func("g", "private", [f], (b, y) => {
        const z = one(b, "cosine", y!);
        return [one(b, "negate", z)];
      }),
    );
    const profile = liveMemory(module);
    // x y; call; x y z in @g; x z u in @g; x u
    expect(profile.points.map(({ function: within, bytes }) => [within, bytes / 1024])).toEqual([
      ["main", 2],
      ["main", 2],
      ["g", 3],
      ["g", 3],
      ["main", 2],
    ]);
  });

  it("folds calls when there are too many steps, at the same peak", () => {
    const module = program([f], (b, x) => [b.one("func.call", [x!], f, { callee: attr.symbol("g") })]);
    module.funcs.push(
      func("g", "private", [f], (b, y) => {
        const [p, q] = [one(b, "cosine", y!), one(b, "sine", y!)];
        return [one(b, "add", p, q)];
      }),
    );
    const [open, folded] = [liveMemory(module), liveMemory(module, { maxSteps: 0 })];
    expect(folded.peakBytes).toBe(open.peakBytes);
    expect([folded.points.length, folded.foldedCalls]).toEqual([2, 1]);
    expect(folded.alive.map(({ kind }) => kind)).toContain("inside");
  });

  it("branches stand one after the other; the values that they share live through all", () => {
    const profile = liveMemory(programs.case!());
    expect(profile.points.map(({ operation }) => operation)).toEqual([
      "stablehlo.case",
      "stablehlo.negate",
      "func.return",
    ]);
  });

  it("counts the shards of all devices, and refuses what has no meaning", () => {
    expect(liveMemory(partitioned["sdy.manual_computation"]!()).argumentBytes).toBe(48 + 4);
    const recursive = program([f], (b, x) => [b.one("func.call", [x!], f, { callee: attr.symbol("main") })]);
    expect(() => liveMemory(recursive)).toThrow("@main calls itself");
  });

  it("measures every program of this room, and ends with its results alone", () => {
    for (const [name, build] of [...Object.entries(programs), ...Object.entries(partitioned)]) {
      const module = build();
      const profile = liveMemory(module);
      expect(profile.points.at(-1)!.operation, name).toBe("func.return");
      const atEnd = profile.values.filter(({ to, kind }) => to === profile.points.length - 1 && kind === "inside");
      expect(atEnd, name).toEqual([]);
      expect(
        profile.alive.reduce((sum, { bytes }) => sum + bytes, 0),
        name,
      ).toBe(profile.peakBytes);
    }
  });

  it("is linear: 100,000 operations", () => {
    const module = program([f], (b, x) => {
      let y = x!;
      for (let i = 0; i < 100_000; i++) y = one(b, "sine", y);
      return [y];
    });
    expect(liveMemory(module)).toMatchObject({ peakBytes: 3 * 1024 });
  });
});

describe("costByLine", () => {
  it("sums by the user's line, through calls and loops", () => {
    const at = (line: number) => ({ file: "model.ts", line, column: 1 });
    const module = program([f], (b, x) => {
      b.location = at(3);
      const y = one(b, "sine", x!);
      b.location = { kind: "name", name: "layer", at: at(4) };
      const z = counted(b, 10, y, (v) => b.one("func.call", [v], f, { callee: attr.symbol("g") }));
      b.location = undefined;
      return [z];
    });
    module.funcs.push(
      func("g", "private", [f], (b, v) => {
        b.location = { kind: "callsite", callee: at(9), caller: at(4) };
        return [one(b, "negate", one(b, "negate", v!))];
      }),
    );
    const rows = costByLine(module);
    expect(rows.map(({ file, line, flops }) => [file, line, flops])).toEqual([
      ["model.ts", 9, 10 * 2 * 256],
      ["model.ts", 3, 256],
      ["model.ts", 4, 10 + 11],
      [undefined, undefined, 0],
    ]);
    expect(rows[0]).toMatchObject({ count: 10 * 3, bytes: 10 * 2 * 2048 });
  });
});
