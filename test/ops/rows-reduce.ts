// Rows of reductions, running reductions and sorting.
import type { AnyOp } from "../../src/core/op.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import * as cumulative from "../../src/ops/cumulative.ts";
import * as reduce from "../../src/ops/reduce.ts";
import { sort, sortOp, topK, topKOp } from "../../src/ops/sort.ts";
import { exact, got, type Options, type Refusal, type Row, row } from "./row.ts";
import { bool, fixed, int, real, type Sample } from "./samples.ts";

const badAxis: Refusal = { inputs: [real([2, 3])], says: /got ax[ei]s \[?2.* for float64\[2,3\]; expected/ };
const reducing = (
  op: AnyOp,
  f: (x: Tensor, axes: readonly number[]) => Tensor,
  sample: Sample,
  options: Options = {},
): Row[] =>
  [[1], [0, 2], [2, 0, 1]].map((axes) =>
    row(op, (x) => f(x, axes), [sample], {
      what: `axes ${axes}`,
      refuses: [
        {
          ...badAxis,
          inputs: [{ ...sample, shape: [2, 3] }],
          call: (x) => f(x, [2]),
          says: /got axes \[2\] for .*\[2,3\]; expected/,
        },
      ],
      ...options,
    }),
  );
export const reduceRows: readonly Row[] = [
  ...reducing(reduce.reduceSumOp, reduce.reduceSum, real([2, 3, 2])),
  ...reducing(reduce.reduceProdOp, reduce.reduceProd, real([2, 3, 2])),
  row(reduce.reduceProdOp, (x) => reduce.reduceProd(x, [0]), [fixed([0, 2, 0, 3, 0, 5], [3, 2], "float64")], {
    what: "zeros",
  }),
  ...reducing(reduce.reduceMaxOp, reduce.reduceMax, real([2, 3, 2])),
  ...reducing(reduce.reduceMinOp, reduce.reduceMin, real([2, 3, 2])),
  ...reducing(reduce.reduceAndOp, reduce.reduceAnd, bool([2, 3, 2]), exact),
  ...reducing(reduce.reduceOrOp, reduce.reduceOr, int([2, 3, 2]), exact),
  ...reducing(reduce.reduceXorOp, reduce.reduceXor, int([2, 3, 2]), exact),
  ...(
    [
      [reduce.argmaxOp, reduce.argmax],
      [reduce.argminOp, reduce.argmin],
    ] as const
  ).map(([op, f]) =>
    row(op, (x) => f(x, 1), [int([2, 4, 2], 0, 3)], {
      ...exact,
      refuses: [
        { inputs: [real([2, 3])], call: (x) => f(x, 2), says: /got axis 2 for float64\[2,3\]; expected/ },
        { inputs: [real([2, 0])], says: /got axis 1 for float64\[2,0\]; expected an axis that is not empty/ },
      ],
    }),
  ),
  ...(
    [
      [cumulative.cumsumOp, cumulative.cumsum],
      [cumulative.cumprodOp, cumulative.cumprod],
      [cumulative.cummaxOp, cumulative.cummax],
      [cumulative.cumminOp, cumulative.cummin],
      [cumulative.cumlogsumexpOp, cumulative.cumlogsumexp],
    ] as const
  ).flatMap(([op, f]) =>
    [false, true].map((reverse) =>
      row(op, (x) => f(x, 1, reverse), [real([2, op === cumulative.cumlogsumexpOp ? 3 : 5])], {
        what: reverse ? "reverse" : "",
        refuses: [
          { ...badAxis, call: (x) => f(x, 2) },
          { inputs: [bool([2, 2])], says: got("expected a .* dtype") },
        ],
      }),
    ),
  ),
  row(
    sortOp,
    (x, y, z) => sort([x!, y!, z!], 1, { numKeys: 2 }),
    [fixed([2, 1, 2, 1, 3, 1, 1, 3], [2, 4]), real([2, 4]), real([2, 4])],
    {
      what: "two keys",
      tolerance: "exact",
      refuses: [
        { inputs: [real([2]), real([3]), real([2])], says: got("expected equal shapes") },
        { inputs: [real([2])], call: (x) => sort([x], 1), says: /got dimension 1 for float64\[2\]; expected/ },
        {
          inputs: [real([2])],
          call: (x) => sort([x], 0, { numKeys: 2 }),
          says: /got 2 keys among 1 operands; expected/,
        },
      ],
    },
  ),
  row(sortOp, (x, y) => sort([x!, y!], 0), [real([4, 2]), real([4, 2])], { tolerance: "exact" }),
  row(topKOp, (x) => topK(x, 2), [real([2, 5])], {
    tolerance: "exact",
    refuses: [{ inputs: [real([2, 1])], says: /got k = 2 for float64\[2,1\]; expected/ }],
  }),
];
