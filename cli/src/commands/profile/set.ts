import { usageError } from "../../errors.ts";
import { changeUserConfig } from "../../session/config-files.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface SetOptions {
  readonly name: string;
}

const nameForm = /^[\w.-]{1,64}$/;

export const setVerb: Verb<SetOptions> = {
  usage: "set <name>",
  summary: "Save the addresses of a stack under a name",
  description:
    "Saves --user-url, --product-url and --order-url under a name. Then sign in with: ordersctl login --profile NAME",
  examples: [
    "ordersctl profile set staging --user-url https://users.example.com --product-url https://products.example.com --order-url https://orders.example.com",
  ],
  run: async ({ name }: SetOptions, { io, globals, talk }: Tools) => {
    if (!nameForm.test(name))
      throw usageError("A profile's name has up to 64 letters, digits, dots, hyphens and underscores.");
    const { userUrl, productUrl, orderUrl } = globals;
    if (userUrl === undefined && productUrl === undefined && orderUrl === undefined)
      throw usageError("Nothing to save: pass --user-url, --product-url or --order-url.");
    const given = {
      ...(userUrl === undefined ? {} : { userUrl }),
      ...(productUrl === undefined ? {} : { productUrl }),
      ...(orderUrl === undefined ? {} : { orderUrl }),
    };
    await changeUserConfig(io.env, ({ profiles, ...others }) => ({
      ...others,
      profiles: { ...profiles, [name]: { ...profiles[name], ...given } },
    }));
    talk.done(`profile ${name} was saved; switch to it: ordersctl profile use ${name}`);
  },
};
