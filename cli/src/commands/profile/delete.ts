import { CliError } from "../../errors.ts";
import { readCredentials, readUserConfig, writeCredentials, writeUserConfig } from "../../session/config-files.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly name: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <name>",
  summary: "Forget a profile and its sign-in",
  run: async ({ name }: DeleteOptions, { io, talk }: Tools) => {
    const [config, credentials] = await Promise.all([readUserConfig(io.env), readCredentials(io.env)]);
    const { profiles, currentProfile, preferences } = config;
    if (!Object.hasOwn(profiles, name) && !Object.hasOwn(credentials, name))
      throw new CliError(`There is no profile "${name}".`, { tries: ["ordersctl profile list"] });
    const { [name]: _, ...others } = profiles;
    const isCurrent = currentProfile === name;
    await writeUserConfig(io.env, {
      preferences,
      profiles: others,
      ...(isCurrent || currentProfile === undefined ? {} : { currentProfile }),
    });
    await writeCredentials(io.env, name, undefined);
    talk.done(`profile ${name} is forgotten`);
  },
};
