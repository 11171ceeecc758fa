import { spawn } from "node:child_process";
import type { Tools } from "../tools.ts";
import { serviceNamed, serviceNames } from "../stack/layout.ts";
import type { Verb } from "../verb.ts";

interface OpenOptions {
  readonly service?: string;
}

export const openVerb: Verb<OpenOptions> = {
  usage: "open [service]",
  summary: "Open the Swagger page of a service in the browser",
  description:
    "Prints the address of the Swagger page of user, product or order (default: order), and opens it if run on a terminal.",
  argumentChoices: { service: serviceNames },
  run: openPage,
};

async function openPage({ service = "order" }: OpenOptions, { session, printer, io, talk }: Tools): Promise<void> {
  const page = `${session.urls[`${serviceNamed(service)}Url`]}/swagger`;
  printer.text(`${page}\n`);
  if (!io.stdout.isTty) return;
  const programs: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: "open", win32: "explorer" };
  const child = spawn(programs[process.platform] ?? "xdg-open", [page], { stdio: "ignore", detached: true });
  child.once("error", () => talk.hint("No browser could be opened here; the address is above."));
  child.unref();
}
