// The functions of np and lax are called what they are exported as: a program made of one alone has its name.
import * as lax from "./lax.ts";
import * as np from "./np.ts";

for (const [name, f] of [...Object.entries(np), ...Object.entries(lax)]) {
  if (typeof f === "function" && f.name === "") Object.defineProperty(f, "name", { value: name });
}
