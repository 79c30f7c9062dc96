// NVIDIA's libraries from pip, loaded before the CUDA plugin so that it finds them without a library path.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PluginError } from "../errors.ts";
import { openLibrary } from "../native.ts";
import { pythonPath } from "./python.ts";

/** Sonames in the order in which they need each other; `*` stands for the version. */
const order = [
  "libcudart.so.*",
  "libnvJitLink.so.*",
  "libnvrtc.so.*",
  "libcublasLt.so.*",
  "libcublas.so.*",
  "libcupti.so.*",
  "libcufft.so.*",
  "libcusparse.so.*",
  "libcusolver.so.*",
  "libcudnn.so.*",
  "libnccl.so.*",
] as const;

/** Folders `nvidia/<package>/lib` of the active Python's packages. */
function libraryFolders(): string[] {
  const folders: string[] = [];
  for (const root of pythonPath().map((folder) => join(folder, "nvidia"))) {
    if (!existsSync(root)) continue;
    for (const name of readdirSync(root)) {
      const folder = join(root, name, "lib");
      if (existsSync(folder)) folders.push(folder);
    }
  }
  return folders;
}

/**
 * Opens what is installed of CUDA's libraries, visible to the plugin; returns their paths. What is absent is left to the
 * system's own search when the plugin is loaded. Throws PluginError when a library is there but does not load.
 */
export function preloadCudaLibraries(): string[] {
  const opened: string[] = [];
  const folders = libraryFolders();
  for (const pattern of order) {
    const stem = pattern.slice(0, -1);
    for (const folder of folders) {
      const file = readdirSync(folder).find((name) => name.startsWith(stem) && /^\d+$/.test(name.slice(stem.length)));
      if (file === undefined) continue;
      const path = join(folder, file);
      try {
        openLibrary(path, "global");
      } catch (cause) {
        throw new PluginError(
          `NVIDIA's library ${path} does not load: ${(cause as Error).message}. Reinstall the package it comes from.`,
          { cause },
        );
      }
      opened.push(path);
      break;
    }
  }
  return opened;
}
