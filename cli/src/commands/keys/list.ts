import { keyView } from "../../resources/keys.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

export const listVerb: Verb = {
  usage: "list",
  summary: "List the keys that sign and verify access tokens",
  aliases: ["ls"],
  run: async (_: object, { session, printer }: Tools) => {
    printer.list((await (await session.client()).auth.signingKeys()).keys, keyView);
  },
};
