// The protobuf runtime that the generated code uses: protobufjs with 64-bit integers read as JS numbers.
import protobuf from "protobufjs/minimal.js";

const asNumber = (value) => (typeof value === "number" ? value : value.toNumber());

/** Reads int64 and uint64 as numbers; exact below 2^53, which ids, sizes and dimensions are. */
class NumberReader extends protobuf.Reader {
  int64() {
    return asNumber(super.int64());
  }

  uint64() {
    return asNumber(super.uint64());
  }

  static create(buffer) {
    return new NumberReader(buffer);
  }
}

export default {
  Reader: NumberReader,
  Writer: protobuf.Writer,
  util: { ...protobuf.util, Long: undefined },
  roots: {},
};
