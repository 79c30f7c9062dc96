// Packed varints of literals, which stay bytes in the messages so that 64-bit values keep every bit.

/** Decodes packed varints; `signed` reads them as two's complement of 64 bits (int32 and int64 fields). */
export function decodeVarints(bytes: Uint8Array, signed: boolean): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));
    value = 0n;
    shift = 0n;
  }
  if (shift !== 0n) throw new RangeError("packed varints end in the middle of a value");
  return values;
}
