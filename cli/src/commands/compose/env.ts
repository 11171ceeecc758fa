import { existsSync } from "node:fs";
import type { Command } from "commander";
import { CliError } from "../../errors.ts";
import { writePrivate } from "../../files.ts";
import type { ProjectOptions } from "../../deployment/compose-project.ts";
import type { Verb } from "../../verb.ts";

interface Options extends ProjectOptions {
  readonly adminEmail?: string;
  readonly force?: boolean;
}

/** The first administrator's address where nobody names another. */
export const ADMIN_EMAIL_DEFAULT = "admin@example.com";

export const withProjectOptions = (command: Command): Command =>
  command
    .option("--project <name>", "project name of the stack (default product-order-system)")
    .option("--env-file <file>", "file with its secrets and ports (default .env beside compose.yaml)");

/** `ordersctl compose env`: secrets are made on the machine that uses them and stand in no file of the repository. */
export const envVerb: Verb<Options> = {
  usage: "env",
  summary: "Write .env with new secrets",
  description: `Writes the .env that compose.yaml reads, with new secrets, readable only by you. An existing file is kept:
without it, the data of its stack cannot be opened.`,
  configure: (command) =>
    withProjectOptions(command)
      .option("--admin-email <address>", `address of the first administrator (default ${ADMIN_EMAIL_DEFAULT})`)
      .option("--force", "replace an existing file; its stack's data can no longer be opened"),
  async run(options, { io, talk, confirm }) {
    const { composeProject } = await import("../../deployment/compose-project.ts");
    const { envFile } = composeProject(options, io.cwd);
    if (existsSync(envFile)) {
      if (options.force !== true) {
        throw new CliError(`${envFile} exists already.`, {
          tries: ["ordersctl compose up", "ordersctl compose env --force"],
        });
      }
      await confirm(`Replace ${envFile}? Data created with its secrets can no longer be opened.`);
    }
    await writeEnvFile(envFile, options.adminEmail ?? ADMIN_EMAIL_DEFAULT);
    talk.done(`wrote ${envFile}`);
  },
};

/** Writes new secrets (0600). */
export async function writeEnvFile(path: string, adminEmail: string): Promise<void> {
  const { composeEnv } = await import("../../deployment/compose-env.ts");
  const { makeSecrets } = await import("../../deployment/secrets.ts");
  if (!/^[^\s@"'$]+@[^\s@"'$]+$/.test(adminEmail))
    throw new CliError(`"${adminEmail}" is not an e-mail address.`, { exit: "USAGE" });
  await writePrivate(path, composeEnv(makeSecrets(adminEmail)));
}
