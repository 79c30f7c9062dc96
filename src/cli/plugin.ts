// `jorts plugin install`: fetches a pinned XLA plugin into the cache.
import { Argument, Command } from "commander";
import { installPlugin, type PluginName, pinnedPlugins } from "../../runtime/index.ts";
import { fetchProgress, Status } from "./progress.ts";

export function pluginCommand(): Command {
  const install = new Command("install")
    .description("Fetch a pinned plugin with pip, check its SHA-256 and keep it in the cache.")
    .addArgument(new Argument("<name>", "which one").choices(Object.keys(pinnedPlugins)))
    .action(async (name: PluginName) => {
      const status = new Status();
      try {
        const path = await installPlugin(name, fetchProgress(status));
        status.stop();
        process.stdout.write(`${name} plugin ${pinnedPlugins[name].version}: ${path}\n`);
      } finally {
        status.stop();
      }
    });
  return new Command("plugin").description("XLA plugins.").addCommand(install);
}
