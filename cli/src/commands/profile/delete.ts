import { CliError } from "../../errors.ts";
import { changeUserConfig, readCredentials, readUserConfig, writeCredentials } from "../../session/config-files.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly name: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <name>",
  summary: "Delete a profile and its sign-in",
  run: async ({ name }: DeleteOptions, { io, talk }: Tools) => {
    const [config, credentials] = await Promise.all([readUserConfig(io.env), readCredentials(io.env)]);
    if (!Object.hasOwn(config.profiles, name) && !Object.hasOwn(credentials, name))
      throw new CliError(`There is no profile "${name}".`, { tries: ["ordersctl profile list"] });
    await changeUserConfig(io.env, ({ preferences, currentProfile, profiles }) => {
      const { [name]: _, ...others } = profiles;
      const isOther = currentProfile !== undefined && currentProfile !== name;
      return { preferences, profiles: others, ...(isOther ? { currentProfile } : {}) };
    });
    await writeCredentials(io.env, name, undefined);
    talk.done(`profile ${name} was deleted`);
  },
};
