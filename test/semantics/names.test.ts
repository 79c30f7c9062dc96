// Programs are called what their functions are called, whatever was made of these. As JAX names its modules.
import { grad, hessian, jacfwd, jacrev, jit, lax, np, type Tensor, valueAndGrad, vmap } from "jorts";
import { expect, it } from "vitest";

const loss = (x: Tensor) => np.sum(np.mul(x, x));
const moduleOf = (f: unknown) =>
  /^module @(\S+)/.exec(
    jit(f as (x: Tensor) => unknown)
      .lower(np.ones([3]))
      .asText(),
  )?.[1];

it.each([
  ["grad", grad(loss)],
  ["valueAndGrad", valueAndGrad(loss)],
  ["vmap", vmap((x: Tensor) => x)],
  ["jacfwd", jacfwd(loss)],
  ["jacrev", jacrev(loss)],
  ["hessian", hessian(loss)],
  ["grad of jit", grad(jit(loss))],
] as const)("%s keeps the function's name", (what, f) => {
  expect(moduleOf(f)).toBe(what === "vmap" ? "jit_f" : "jit_loss");
});

it("functions of np and lax have theirs", () => {
  expect([moduleOf(np.sin), moduleOf(vmap(np.cos)), moduleOf(lax.exp)]).toEqual(["jit_sin", "jit_cos", "jit_exp"]);
  for (const [space, names] of Object.entries({ np, lax }))
    for (const [name, f] of Object.entries(names))
      if (typeof f === "function") expect(f.name, `${space}.${name}`).not.toBe("");
});
