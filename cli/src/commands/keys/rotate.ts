import type { Command } from "commander";
import { keyView } from "../../resources/keys.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface RotateOptions {
  readonly revoke?: boolean;
}

export const rotateVerb: Verb<RotateOptions> = {
  usage: "rotate",
  summary: "Create the next signing key",
  description: `Creates the next signing key; tokens signed by older keys stay valid until they expire. With --revoke all older keys
are dropped within a minute, and every access token with them; sign-ins renew themselves.`,
  examples: ["ordersctl keys rotate", "ordersctl keys rotate --revoke --yes   # when a key may have leaked"],
  configure: (command: Command) => command.option("--revoke", "also drop all older keys (asks first)"),
  run: rotate,
};

async function rotate({ revoke = false }: RotateOptions, tools: Tools): Promise<void> {
  if (revoke) await tools.confirm("Drop all older keys, and with them every access token?");
  const client = await tools.session.client();
  const { keys } = await client.auth.rotateKeys(revoke ? { revoke } : {});
  tools.talk.done(revoke ? "a new key signs; the older keys are dropped" : "the next signing key was created");
  tools.printer.list(keys, keyView);
}
