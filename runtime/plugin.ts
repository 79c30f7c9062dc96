// A loaded PJRT plugin: one shared object, one function table, any number of clients and topologies.
import { realpathSync } from "node:fs";
import { Api } from "./api.ts";
import { Client, type ClientOptions } from "./client.ts";
import { sharedObjectProblem } from "./elf.ts";
import { PluginError } from "./errors.ts";
import { decodeNamedValues, type NamedValues } from "./named-values.ts";
import { functionAt, openLibrary, setDefaultEnvironment, symbolAddress } from "./native.ts";
import { Topology } from "./topology.ts";

const remedy =
  "Install one with `jorts plugin install cpu` (or cuda12, cuda13), or point JORTS_PJRT_PLUGIN_PATH at a PJRT plugin's .so file.";

/** A plugin of this process. Plugins are never unloaded: XLA's threads and exit handlers outlive any caller. */
export class Plugin {
  readonly path: string;
  readonly api: Api;
  /** For example `xla_version`, `stablehlo_current_version`. */
  readonly attributes: Readonly<NamedValues>;

  constructor(path: string, api: Api) {
    this.path = path;
    this.api = api;
    api.call("Plugin_Initialize", {});
    const { attributes, num_attributes } = api.call("Plugin_Attributes", {});
    this.attributes = decodeNamedValues(attributes, num_attributes);
  }

  /** PJRT C API version, `major.minor`. */
  get version(): string {
    return `${this.api.version.major}.${this.api.version.minor}`;
  }

  /** Opens the plugin's devices. Throws PjrtError, for example when the platform's driver is absent. */
  createClient(options: ClientOptions = {}): Client {
    return new Client(this, options);
  }

  /** Describes devices that need not exist, to compile for them. */
  createTopology(name: string, options: NamedValues = {}): Topology {
    return new Topology(this, name, options);
  }
}

const loaded = new Map<string, Plugin>();

/**
 * Loads the plugin at `path`, once per process. Throws PluginError when the file is missing, is no shared object for
 * this machine, exports no `GetPjrtApi` or is too old.
 */
export function loadPlugin(path: string): Plugin {
  const problem = sharedObjectProblem(path);
  if (problem !== null) throw new PluginError(`${problem} ${remedy}`);
  const real = realpathSync(path);
  const known = loaded.get(real);
  if (known !== undefined) return known;
  // Fatal messages only: XLA logs errors that it also returns. The level is read when the library is loaded.
  setDefaultEnvironment("TF_CPP_MIN_LOG_LEVEL", "3");
  let library: number;
  try {
    library = openLibrary(real);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new PluginError(`The system loader refused the PJRT plugin ${path}: ${reason}. ${remedy}`, { cause });
  }
  const address = symbolAddress(library, "GetPjrtApi");
  if (address === 0)
    throw new PluginError(
      `${path} is a shared object but no PJRT plugin: it does not export GetPjrtApi (jaxlib's own libraries do not). ${remedy}`,
    );
  const plugin = new Plugin(real, new Api(functionAt(address)(0), real));
  loaded.set(real, plugin);
  return plugin;
}
