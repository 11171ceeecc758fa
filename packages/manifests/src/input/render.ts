import { execFile } from "node:child_process";

/** Renders the kustomization of a folder. @throws Error with the tool's own message */
export type Kustomizer = (folder: string) => Promise<string>;

/** Environment variables of the programs that render; PATH says where they are. */
export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const LIMIT_MS = 60_000;

/** `kubectl kustomize`, or `kustomize build` where there is no kubectl. */
export function renderWithTools(environment: Environment): Kustomizer {
  // Both are short-lived Go programs: without the collector they take half the time, and a gibibyte is their limit.
  const env = { GOGC: "off", GOMEMLIMIT: "1GiB", ...environment };
  return async (folder) => {
    const output =
      (await run("kubectl", ["kustomize", folder], env)) ?? (await run("kustomize", ["build", folder], env));
    if (output !== undefined) return output;
    throw new Error(
      `neither kubectl nor kustomize is on PATH; render it elsewhere and pipe it in: kustomize build ${folder} | ordersctl validate -`,
    );
  };
}

/** What the program prints; `undefined` when it is not installed. @throws Error with what it prints on stderr */
function run(program: string, parameters: readonly string[], env: Environment): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: MAX_OUTPUT_BYTES, timeout: LIMIT_MS, env: { ...env } };
    execFile(program, [...parameters], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(new Error(stderr.trim() === "" ? error.message : stderr));
    });
  });
}
