import { CliError } from "../errors.ts";
import { serviceNames } from "../stack/layout.ts";
import { shipped } from "../stack/shipped.ts";
import type { View } from "../output/printer.ts";
import type { Tools } from "../tools.ts";
import type { Verb } from "../verb.ts";
import { VERSION } from "../version.ts";

interface Versions {
  readonly ordersctl: string;
  /** Of the source it was made from, where it was shipped. */
  readonly commit?: string;
  readonly runtime: string;
  readonly platform: string;
  /** Of the services that answer; their version only to administrators. */
  readonly services: Readonly<Record<string, string>>;
}

const view: View<Versions> = {
  kind: "version",
  id: ({ ordersctl }) => ordersctl,
  columns: [],
  detail: ({ ordersctl, commit, runtime, platform, services }) =>
    [
      `ordersctl ${ordersctl}${commit === undefined ? "" : ` (${commit})`}`,
      `runtime   ${runtime}, ${platform}`,
      ...Object.entries(services).map(([name, version]) => `${name.padEnd(9)} ${version}`),
    ]
      .map((line) => `${line}\n`)
      .join(""),
};

export const versionVerb: Verb = {
  usage: "version",
  summary: "Show the versions of ordersctl and of the services",
  examples: ["ordersctl version -o json"],
  run: showVersions,
};

async function showVersions(_: object, { session, printer }: Tools): Promise<void> {
  const client = await session.client().catch(() => undefined);
  const found = await Promise.all(
    serviceNames.map(async (name): Promise<readonly [string, string]> => {
      try {
        return [name, (await client?.operation.meta(name, { timeoutMs: 2000 }))?.version ?? "unknown"];
      } catch (error) {
        const { ApiError } = await import("@pos/client/errors");
        return [
          name,
          error instanceof ApiError || error instanceof CliError ? "shown to administrators only" : "does not answer",
        ];
      }
    }),
  );
  const bun = process.versions["bun"];
  const commit = shipped()?.commit;
  printer.one(
    {
      ordersctl: VERSION,
      ...(commit === undefined ? {} : { commit }),
      runtime: bun === undefined ? `Node ${process.versions.node}` : `Bun ${bun}`,
      platform: `${process.platform} ${process.arch}`,
      services: Object.fromEntries(found),
    },
    view,
  );
}
