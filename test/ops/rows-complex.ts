// Rows of complex numbers and Fourier transforms: complex inside, real operands and results.
import type { Tensor } from "../../src/core/tensor.ts";
import { mul } from "../../src/ops/binary.ts";
import * as c from "../../src/ops/complex.ts";
import { type FftKind, fft, fftOp } from "../../src/ops/fft.ts";
import type { Body } from "./programs.ts";
import { type Row, row } from "./row.ts";
import { int, real } from "./samples.ts";

const shape = [2, 3];
const pair = [real(shape), real(shape)];
/** Both parts of what `f` makes of a + ib. */
const parts =
  (f: (z: Tensor) => Tensor): Body =>
  (a, b) => {
    const z = f(c.complex(a!, b!));
    return [c.real(z), c.imag(z)];
  };
const square = (z: Tensor) => mul(z, z);

const needsComplex = [
  { inputs: [real([2])], call: (x: Tensor) => c.real(x), says: /got float64\[2\], expected a complex/ },
];

/** A transform of a + ib, or of a, with the parts of the result. */
function transform(kind: FftKind, sizes: readonly number[], lengths: readonly number[]): Row {
  const operands = kind === "RFFT" ? [real(sizes)] : [real(sizes), real(sizes)];
  const call: Body = (a, b) => {
    const y = fft(b ? c.complex(a!, b) : a!, kind, lengths);
    return kind === "IRFFT" ? [y] : [c.real(y), c.imag(y)];
  };
  return row(fftOp, call, operands, { what: `${kind} of ${lengths.join("×")}` });
}

export const complexRows: readonly Row[] = [
  row(c.complexOp, parts(square), pair, {
    refuses: [
      { inputs: [int([2]), int([2])], says: /got int32\[2\], expected float32 or float64\. Convert/ },
      { inputs: [real([2]), real([3])], says: /got shapes \[2\] and \[3\], expected equal shapes/ },
    ],
  }),
  row(c.realOp, (a, b) => c.real(square(c.complex(a!, b!))), pair, { refuses: needsComplex }),
  row(c.imagOp, (a, b) => c.imag(square(c.complex(a!, b!))), pair, {
    refuses: [{ ...needsComplex[0]!, call: (x) => c.imag(x!) }],
  }),
  row(
    c.conjOp,
    parts((z) => mul(c.conj(z), square(z))),
    pair,
    {
      refuses: [{ inputs: [int([2])], call: (x) => c.conj(x!), says: /got int32\[2\], expected a complex dtype/ }],
    },
  ),
  row(c.conjOp, (a) => c.imag(mul(c.conj(a!), c.complex(a!, a!))), [real(shape)], { what: "of a real tensor" }),
  transform("FFT", [2, 3, 4], [3, 4]),
  transform("IFFT", [2, 5], [5]),
  transform("RFFT", [3, 6], [6]),
  transform("RFFT", [2, 3, 5], [2, 3, 5]),
  transform("IRFFT", [2, 4], [6]),
  {
    ...transform("IRFFT", [2, 3, 3], [3, 5]),
    refuses: [
      { inputs: [real([4])], call: (x) => fft(x!, "FFT", [4]), says: /got float64\[4\] for FFT, expected complex64/ },
      {
        inputs: [int([4])],
        call: (x) => fft(x!, "RFFT", [4]),
        says: /got int32\[4\] for RFFT, expected float32 or float64/,
      },
      { inputs: [real([4])], call: (x) => fft(x!, "RFFT", [5]), says: /lengths \[5\]; expected last dimensions \[5\]/ },
      { inputs: [real([4])], call: (x) => fft(c.conj(x!), "IRFFT", [4]), says: /expected last dimensions \[3\]/ },
      { inputs: [real([4])], call: (x) => fft(x!, "RFFT", [2, 2]), says: /expected 1 to 3 positive ones/ },
    ],
  },
];
