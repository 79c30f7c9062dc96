// The block cipher against the known answers of its authors' library (Random123, kat_vectors).
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { threefry2x32 } from "../../src/ops/threefry.ts";
import { numbersOf } from "../fixtures.ts";
import { fromDevice, hostValue, toDevice } from "./values.ts";

describe("threefry2x32", () => {
  it("gives the known answers", () => {
    const all = 0xffffffff;
    const words = (...w: number[]) => toDevice(hostValue(w, [3], "uint32"));
    const [y0, y1] = threefry2x32(
      words(0, all, 0x13198a2e),
      words(0, all, 0x03707344),
      words(0, all, 0x243f6a88),
      words(0, all, 0x85a308d3),
    );
    expect(numbersOf(fromDevice(y0))).toEqual([0x6b200159, 0x1cb996fc, 0xc4923a9c]);
    expect(numbersOf(fromDevice(y1))).toEqual([0x99ba4efe, 0xbb002be7, 0x483df7a0]);
  });
});
