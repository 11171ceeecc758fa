import type { View } from "../../output/printer.ts";
import { canStartPrograms } from "../../runtime.ts";
import { readCredentials, readUserConfig } from "../../session/config-files.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface Row {
  readonly name: string;
  readonly isCurrent: boolean;
  readonly signedInAs: string | undefined;
  readonly userUrl: string | undefined;
}

const view: View<Row> = {
  kind: "profile",
  id: ({ name }) => name,
  columns: [
    { header: "", value: ({ isCurrent }) => (isCurrent ? "*" : " ") },
    {
      header: "PROFILE",
      value: ({ name }) => name,
      paint: (cell, style, { isCurrent }) => (isCurrent ? style.bold(cell) : cell),
    },
    { header: "SIGNED IN AS", value: ({ signedInAs }) => signedInAs ?? "-" },
    // A sign-in has an address too, but only says where it may be sent.
    { header: "USER-SERVICE", value: ({ userUrl }) => userUrl ?? "-" },
  ],
};

export const listVerb: Verb = {
  usage: "list",
  summary: "List profiles; the one in use has a *",
  aliases: ["ls"],
  run: async (_: object, { io, settings, printer, talk }: Tools) => {
    const [{ profiles }, credentials] = await Promise.all([readUserConfig(io.env), readCredentials(io.env)]);
    const names = [...new Set([...Object.keys(profiles), ...Object.keys(credentials)])].sort();
    const rows = names.map((name) => ({
      name,
      isCurrent: name === settings.profile.value,
      signedInAs: credentials[name]?.email,
      userUrl: profiles[name]?.userUrl,
    }));
    printer.list(rows, view);
    if (rows.length === 0)
      talk.say(
        `No profiles yet. Try: ${canStartPrograms ? "ordersctl up   or   " : ""}ordersctl profile set NAME --user-url …`,
      );
  },
};
