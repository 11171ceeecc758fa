import { readUserConfig, writeCredentials, writeUserConfig } from "../../session/config-files.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface DeleteOptions {
  readonly name: string;
}

export const deleteVerb: Verb<DeleteOptions> = {
  usage: "delete <name>",
  summary: "Forget a profile and its sign-in",
  run: async ({ name }: DeleteOptions, { io, talk }: Tools) => {
    const { profiles, currentProfile, preferences } = await readUserConfig(io.env);
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
