import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CliError, usageError } from "../../errors.ts";
import { writePrivate } from "../../files.ts";
import type { Verb } from "../../verb.ts";

interface Options {
  readonly overlay: string;
  readonly directory: string;
  readonly adminEmail: string;
  readonly force?: boolean;
}

/** Members of each replica set in the overlays of this repository. */
const MEMBERS_OF_OVERLAY: Readonly<Record<string, number>> = { development: 1, production: 3 };

/** `ordersctl k8s secrets`: the overlays hold placeholders that the services refuse; this makes what they run with. */
export const secretsVerb: Verb<Options> = {
  usage: "secrets",
  summary: "Write the secrets of a deployment and the kustomization that uses them",
  description: `Writes k8s/live (git-ignored): secret.yaml with new secrets, readable only by you, and a kustomization that
puts them in place of an overlay's placeholders. Existing secrets are kept: without them, the data of their deployment
cannot be opened.`,
  examples: ["ordersctl k8s secrets --overlay production", "kubectl apply -k k8s/live"],
  configure: (command) =>
    command
      .option("--overlay <name>", `overlay to build on: ${Object.keys(MEMBERS_OF_OVERLAY).join(", ")}`, "development")
      .option("--directory <folder>", "where to write", "k8s/live")
      .option("--admin-email <address>", "address of the first administrator", "admin@example.com")
      .option("--force", "replace existing secrets; their deployment's data can no longer be opened"),
  async run({ overlay, directory, adminEmail, force = false }, { io, talk, confirm }) {
    const members = MEMBERS_OF_OVERLAY[overlay];
    if (members === undefined) throw usageError(`There is no overlay "${overlay}".`, "ordersctl k8s secrets --help");
    const folder = resolve(io.cwd, directory);
    if (!existsSync(join(folder, "..", "overlays", overlay)))
      throw usageError(
        `${folder} is not next to the overlays folder.`,
        "run this in a checkout, or pass --directory k8s/…",
      );
    const file = join(folder, "secret.yaml");
    if (existsSync(file)) {
      if (!force) throw new CliError(`${file} exists already.`, { tries: [`kubectl apply -k ${directory}`] });
      await confirm(`Replace ${file}? Data created with its secrets can no longer be opened.`);
    }
    const { kubernetesSecrets, liveKustomization } = await import("../../deployment/kubernetes-secret.ts");
    const { makeSecrets } = await import("../../deployment/secrets.ts");
    await writePrivate(file, kubernetesSecrets(makeSecrets(adminEmail), members));
    await writePrivate(join(folder, "kustomization.yaml"), liveKustomization(overlay));
    talk.done(`wrote ${file}`);
    talk.hint(`Deploy: kubectl apply -k ${directory}`);
    talk.hint(`Sign in as ${adminEmail}; the password is ADMIN_PASSWORD in ${file}`);
  },
};
