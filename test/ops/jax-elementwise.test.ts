// Elementwise operations and conversions against JAX.
import { testFixture } from "./jax.ts";

testFixture("ops/elementwise.json");
testFixture("ops/convert.json");
