import type { Printer, View } from "../output/printer.ts";
import type { Talk } from "../output/talk.ts";
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
  { printer, talk }: { printer: Printer; talk: Talk },
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
  const password = secrets.isPasswordShown ? `password in ${layout.secretsFile}` : `password ${secrets.adminPassword}`;
  talk.say("");
  talk.say(`${bold("Admin")}   ${secrets.adminEmail}, ${password}`);
  if (state.isSignedIn === true) talk.say(`        signed in as profile ${state.profile}: the next command works`);
  talk.say(`${bold("MongoDB")} ${state.database}`);
  talk.say(`${bold("Data")}    ${layout.dataDir}   ${bold("Logs")} ${layout.logDir}`);
  talk.say(
    isForeground
      ? `${bold("Stop")}    Ctrl-C (data is kept)   ${bold("Next")} in another terminal: ordersctl seed`
      : `${bold("Stop")}    ordersctl down${layout.option} (data is kept)   ${bold("Next")} ordersctl seed`,
  );
  if (!secrets.isPasswordShown) await passwordShown(layout, secrets);
}
