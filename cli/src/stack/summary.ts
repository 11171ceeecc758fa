import type { Io } from "../io.ts";
import type { Printer, View } from "../output/printer.ts";
import type { Talk } from "../output/talk.ts";
import { shellWord } from "../output/text.ts";
import { readSettings } from "../session/settings.ts";
import { serviceNames, type StackLayout } from "./layout.ts";
import { passwordShown, type StackSecrets, stackSecrets } from "./secrets.ts";
import { portsOf, type StackState, urlsOf } from "./state.ts";

interface Row {
  readonly service: string;
  readonly url: string;
  readonly swaggerUrl: string;
}

const view: View<Row> = {
  kind: "service",
  id: ({ service }) => service,
  columns: [
    { header: "SERVICE", keep: true, value: ({ service }) => service },
    { header: "URL", keep: true, value: ({ url }) => url, paint: (cell, style) => style.cyan(cell) },
    { header: "SWAGGER PAGE", value: ({ swaggerUrl }) => swaggerUrl, paint: (cell, style) => style.cyan(cell) },
  ],
};

/** What a person needs once a stack runs. The generated password is shown once. */
export async function printSummary(
  { io, printer, talk }: { io: Io; printer: Printer; talk: Talk },
  stack: { layout: StackLayout; secrets: StackSecrets; state: StackState; isForeground: boolean },
): Promise<void> {
  const { layout, state, isForeground } = stack;
  // What was given and is refused tells nobody who the administrator is.
  const secrets = state.isSignedIn === false ? await stackSecrets(layout, {}) : stack.secrets;
  const urls = urlsOf(portsOf(state));
  const rows = serviceNames.map((name) => ({
    service: `${name}-service`,
    url: urls[name],
    swaggerUrl: `${urls[name]}/swagger`,
  }));
  talk.say("");
  printer.list(rows, view);
  const { bold } = talk.style;
  // A restore brings the passwords of its backup.
  const doubt = state.isSignedIn === false ? " unless it was changed since" : "";
  const password = secrets.isPasswordShown
    ? `password in ${layout.secretsFile}${doubt}`
    : `password ${secrets.adminPassword}`;
  talk.say("");
  talk.say(`${bold("Admin")}   ${secrets.adminEmail}, ${password}`);
  if (state.isSignedIn === true) {
    const elsewhere = await whatLeadsElsewhere(io, state);
    const next = elsewhere === undefined ? ": the next command works" : `, but ${elsewhere}`;
    talk.say(`        signed in as profile ${state.profile}${next}`);
  }
  talk.say(`${bold("MongoDB")} ${state.database}`);
  talk.say(`${bold("Data")}    ${layout.dataDir}   ${bold("Logs")} ${layout.logDir}`);
  talk.say(
    isForeground
      ? `${bold("Stop")}    Ctrl-C (data is kept)   ${bold("Next")} in another terminal: ordersctl seed`
      : `${bold("Stop")}    ordersctl down${layout.option} (data is kept)   ${bold("Next")} ordersctl seed`,
  );
  if (!secrets.isPasswordShown) await passwordShown(layout, secrets);
}

/** What lets the next command mean another stack or somebody else; undefined when nothing does. */
async function whatLeadsElsewhere(io: Io, state: StackState): Promise<string | undefined> {
  const { profile, ...settings } = await readSettings(io, {});
  if (profile.value !== state.profile)
    return `${profile.origin} means profile ${profile.value}: add --profile ${shellWord(state.profile)}`;
  const urls = urlsOf(portsOf(state));
  const name = serviceNames.find((service) => settings[`${service}Url`].value !== urls[service]);
  if (name !== undefined) return `${settings[`${name}Url`].origin} means ${settings[`${name}Url`].value}`;
  return io.env["ORDERSCTL_TOKEN"] ? "ORDERSCTL_TOKEN is used instead" : undefined;
}
