// What of the runtime the rooms above may name.
export { alignedBytes, liveBuffers, PjrtError, PluginError } from "../../runtime/index.ts";
