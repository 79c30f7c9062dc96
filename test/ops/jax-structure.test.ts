// Reductions and operations that move elements against JAX.
import { testFixture } from "./jax.ts";

testFixture("ops/reduce.json");
testFixture("ops/shape.json");
