import type { Client } from "@pos/client";
import type { LiveFacts, LivePort, ProbeAnswer } from "@pos/manifests/facts";
import { CliError, messageOf } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { serviceCalled, type ServiceName } from "../stack/layout.ts";

/** Asks the running services what they are, as the signed-in administrator. */
export class LiveServices implements LivePort {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async ask(service: string, probePaths: readonly string[]): Promise<LiveFacts> {
    const name = nameOf(service);
    const url = this.#session.urls[`${name}Url`];
    const [meta, probes] = await Promise.all([
      metaOf(await this.#session.client(), name),
      Promise.all(probePaths.map((path) => this.#probe(url, path))),
    ]);
    return { service, url, ...meta, probes: probes.flat() };
  }

  /** A service that does not answer at all is told by its missing facts. */
  async #probe(url: string, path: string): Promise<ProbeAnswer[]> {
    try {
      const { status } = await this.#session.fetch(new URL(path, url), { redirect: "manual" });
      return [{ path, status }];
    } catch {
      return [];
    }
  }
}

async function metaOf(client: Client, name: ServiceName): Promise<Pick<LiveFacts, "meta" | "problem">> {
  const { ApiError } = await import("@pos/client/errors");
  try {
    return { meta: await client.operation.meta(name) };
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) {
      return { problem: messageOf(error) };
    }
    throw new CliError("Only an administrator may query the services.", {
      exit: "SIGN_IN",
      tries: ["ordersctl login --email ADMIN", "ordersctl up   (starts a stack and signs you in as its administrator)"],
      cause: error,
    });
  }
}

function nameOf(service: string): ServiceName {
  const name = serviceCalled(service);
  if (name === undefined) throw new Error(`${service} is no service of this system`);
  return name;
}
