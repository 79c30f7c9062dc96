// Wire messages: numbers, exact literals, forms that several compiler versions write.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeVarints, xla } from "../../proto/index.ts";

test("64-bit fields are numbers, negative ones too", () => {
  const shape = {
    elementType: xla.PrimitiveType.F32,
    dimensions: [2 ** 40, -1, 3],
    layout: { minorToMajor: [2, 1, 0] },
  };
  const decoded = xla.ShapeProto.decode(xla.ShapeProto.encode(shape).finish());
  expect(decoded.dimensions).toEqual([2 ** 40, -1, 3]);
  expect(decoded.layout!.minorToMajor).toEqual([2, 1, 0]);
});

test("replica groups in both forms, and what is absent stays absent", () => {
  const encode = (instruction: xla.HloInstructionProto.$Properties) =>
    xla.HloInstructionProto.decode(xla.HloInstructionProto.encode(instruction).finish());
  const listed = encode({ opcode: "all-reduce", collectiveDeviceList: { replicaGroups: [{ replicaIds: [0, 2] }] } });
  expect(listed.collectiveDeviceList!.replicaGroups![0]!.replicaIds).toEqual([0, 2]);
  expect(listed.iotaCollectiveDeviceList).toBeFalsy();
  const iota = { numReplicaGroups: 2, numDevicesPerGroup: 4, iotaReshapeDims: [4, 2], iotaTransposePerm: [1, 0] };
  expect(encode({ iotaCollectiveDeviceList: iota }).iotaCollectiveDeviceList).toMatchObject(iota);
});

test("fields that this subset does not name are skipped", () => {
  const known = xla.HloComputationProto.encode({ name: "main", id: 7 }).finish();
  const unknown = new Uint8Array([...known, 0xfa, 0x3f, 2, 104, 105]); // field 1023, two bytes
  expect(xla.HloComputationProto.decode(unknown)).toMatchObject({ name: "main", id: 7 });
});

describe("packed varints", () => {
  const encodeVarint = (value: bigint) => {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    do {
      bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      rest >>= 7n;
    } while (rest > 0n);
    return bytes;
  };

  test("every 64-bit value survives", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
        expect(decodeVarints(Uint8Array.from(values.flatMap(encodeVarint)), true)).toEqual(values);
      }),
    );
    expect(decodeVarints(Uint8Array.from(encodeVarint(2n ** 64n - 1n)), false)).toEqual([2n ** 64n - 1n]);
  });

  test("a cut value is refused", () => {
    expect(() => decodeVarints(new Uint8Array([0x80]), true)).toThrow(RangeError);
  });
});
