import { userView } from "../../resources/users.ts";
import type { Tools } from "../../tools.ts";
import { findUser } from "../../users.ts";
import type { Verb } from "../../verb.ts";

interface GetOptions {
  readonly user: string;
}

export const getVerb: Verb<GetOptions> = {
  usage: "get <user>",
  summary: "Show one user, by id or e-mail address",
  examples: ["ordersctl users get ada@example.com"],
  run: async ({ user }: GetOptions, { session, printer }: Tools) => {
    printer.one(await findUser(await session.client(), user), userView);
  },
};
