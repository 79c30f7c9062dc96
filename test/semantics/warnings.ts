// The warnings of this process that a piece of code causes.

/** Messages of jorts' warnings and log lines while `body` runs, in order. */
export async function warnings(body: () => unknown): Promise<string[]> {
  const told: string[] = [];
  const listen = (warning: Error) => {
    if (warning.name.startsWith("Jorts")) told.push(warning.message);
  };
  process.on("warning", listen);
  try {
    await body();
    // Node tells of warnings in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("warning", listen);
  }
  return told;
}
