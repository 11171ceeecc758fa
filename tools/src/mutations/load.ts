import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Mutation } from "./mutation.ts";

export interface NamedMutation {
  /** The name of its file, without `.ts`. */
  readonly name: string;
  readonly mutation: Mutation;
}

/** Loads every mutation of a folder, by name. @throws {TypeError} when a file exports none */
export async function loadMutations(folder: string): Promise<NamedMutation[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"));
  return await Promise.all(
    files.sort().map(async (file) => {
      const loaded: unknown = await import(join(folder, file));
      if (!hasMutation(loaded)) throw new TypeError(`tools/mutations/${file} exports no \`mutation\`.`);
      return { name: basename(file, ".ts"), mutation: loaded.mutation };
    }),
  );
}

/** The shape is the compiler's to check, since mutations are part of the type check. */
function hasMutation(loaded: unknown): loaded is { readonly mutation: Mutation } {
  return typeof loaded === "object" && loaded !== null && "mutation" in loaded;
}
