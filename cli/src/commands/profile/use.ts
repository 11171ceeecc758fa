import { CliError } from "../../errors.ts";
import { changeUserConfig, readCredentials, readUserConfig } from "../../session/config-files.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface UseOptions {
  readonly name: string;
}

export const useVerb: Verb<UseOptions> = {
  usage: "use <name>",
  summary: "Switch to a profile",
  examples: ["ordersctl profile use staging"],
  run: async ({ name }: UseOptions, { io, talk }: Tools) => {
    const [config, credentials] = await Promise.all([readUserConfig(io.env), readCredentials(io.env)]);
    if (!Object.hasOwn(config.profiles, name) && !Object.hasOwn(credentials, name)) {
      const known = Object.keys(config.profiles);
      throw new CliError(`There is no profile "${name}".`, {
        why: known.length === 0 ? [] : [`Known profiles: ${known.join(", ")}.`],
        tries: [`ordersctl profile set ${name} --user-url … --product-url … --order-url …`],
      });
    }
    await changeUserConfig(io.env, (now) => ({ ...now, currentProfile: name }));
    talk.done(`switched to profile ${name}`);
  },
};
