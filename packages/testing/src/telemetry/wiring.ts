/** The part of compose.yaml that matters here. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}
interface ComposeService {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}
/** A Kubernetes object, as far as it matters here. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly ingress?: readonly {
      readonly from?: readonly { readonly namespaceSelector?: { readonly matchLabels?: Record<string, string> } }[];
      readonly ports?: readonly { readonly port: number | string }[];
    }[];
  };
}
/** What must fit together for the dashboards to show anything. */
export interface Wiring {
  readonly compose: ComposeFile;
  readonly prometheus: {
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly static_configs: readonly { readonly targets: readonly string[] }[];
    }[];
  };
  readonly datasources: readonly { readonly uid: string; readonly url: string }[];
  readonly providers: readonly { readonly options: { readonly path: string } }[];
  /** Title and the source of every panel of a dashboard. */
  readonly dashboards: readonly { readonly title: string; readonly sources: readonly string[] }[];
  /** Whether a path of the repository exists. */
  readonly exists: (path: string) => boolean;
}

const PROFILE = "observability";
const MONITORING = "product-order-system/monitoring";

/** What is wrong with the compose profile: who is scraped, who can reach it, where files come from, what is pinned. */
export function composeProblems(wiring: Wiring): readonly string[] {
  const services = Object.entries(wiring.compose.services);
  return [
    ...scrapeProblems(wiring),
    ...services.filter(([, { profiles }]) => profiles?.includes(PROFILE)).flatMap(profileProblems(wiring.exists)),
    ...services.flatMap(([name, { environment, ports = [] }]) => {
      const port = environment?.["METRICS_HOST"]?.split(":").at(-1);
      return ports.some((mapping) => port !== undefined && mapping.endsWith(`:${port}`))
        ? [`${name} publishes its measurements at ${port}`]
        : [];
    }),
    ...grafanaProblems(wiring),
  ];
}

/** Every service with METRICS_HOST is scraped there, by the name that the rules know, and nobody else is. */
function scrapeProblems({ compose, prometheus }: Wiring): readonly string[] {
  const open = Object.entries(compose.services).flatMap(([name, { environment }]) => {
    const port = environment?.["METRICS_HOST"]?.split(":").at(-1);
    return port === undefined ? [] : [`${name} at ${name}:${port}`];
  });
  const scraped = prometheus.scrape_configs.flatMap(({ job_name: job, static_configs: configs }) =>
    configs.flatMap(({ targets }) => targets.map((target) => `${job} at ${target}`)),
  );
  return [
    ...open.filter((one) => !scraped.includes(one)).map((one) => `Prometheus does not read ${one}`),
    ...scraped.filter((one) => !open.includes(one)).map((one) => `Prometheus reads ${one}, which is not there`),
  ];
}

function profileProblems(exists: Wiring["exists"]) {
  return ([name, { image = "", ports = [], volumes = [], environment = {} }]: [
    string,
    ComposeService,
  ]): readonly string[] => [
    ...(/:v?\d+\.\d+\.\d+$/.test(image) ? [] : [`${name} has no pinned image: ${image}`]),
    ...ports.filter((port) => !port.startsWith("127.0.0.1:")).map((port) => `${name} is open to others: ${port}`),
    ...volumes
      .filter((volume) => volume.startsWith("./") && !exists(volume.split(":")[0] ?? ""))
      .map((volume) => `${name} mounts what is not there: ${volume}`),
    ...Object.entries(environment)
      .filter(([key, value]) => /PASSWORD|SECRET_KEY|TOKEN/.test(key) && !value.startsWith("$"))
      .map(([key]) => `${name} has a secret in the file: ${key}`),
  ];
}

function grafanaProblems({ compose, datasources, providers, dashboards }: Wiring): readonly string[] {
  const mounts = (compose.services["grafana"]?.volumes ?? []).map((volume) => volume.split(":")[1]);
  const known = new Set(datasources.map(({ uid }) => uid));
  return [
    ...datasources
      .map(({ url }) => new URL(url))
      .filter(({ hostname }) => compose.services[hostname] === undefined)
      .map(({ href }) => `a source of Grafana is nobody: ${href}`),
    ...providers
      .filter(({ options }) => !mounts.includes(options.path))
      .map(({ options }) => `Grafana looks for dashboards where none are mounted: ${options.path}`),
    ...dashboards.flatMap(({ title, sources }) =>
      sources
        .filter((uid) => !known.has(uid))
        .map((uid) => `${title} asks the source ${uid}, which is not provisioned`),
    ),
  ];
}

/**
 * What is wrong with the way to the measurements in a cluster: pods of every service are reached on the port by the
 * namespaces of monitoring alone, and no Service or Ingress leads there.
 */
export function clusterProblems(manifests: readonly Manifest[], port: number): readonly string[] {
  const policies = manifests.filter(({ kind }) => kind === "NetworkPolicy");
  const admitted = policies.flatMap(({ metadata, spec }) =>
    (spec?.ingress ?? [])
      // A rule without ports is one for every port.
      .filter(
        ({ ports }) => ports === undefined || ports.some((entry) => entry.port === port || entry.port === "metrics"),
      )
      .map(({ from = [] }) => ({ policy: metadata.name, from })),
  );
  const services = manifests.filter(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name.endsWith("-service"),
  );
  return [
    ...services
      .filter(({ metadata }) => !admitted.some(({ policy }) => policy === metadata.name))
      .map(({ metadata }) => `nobody may read the measurements of ${metadata.name}`),
    ...admitted
      .filter(
        ({ from }) =>
          from.length === 0 || from.some((peer) => peer.namespaceSelector?.matchLabels?.[MONITORING] !== "true"),
      )
      .map(({ policy }) => `${policy} lets others than ${MONITORING} read measurements`),
    ...manifests
      .filter(({ kind }) => kind === "Service" || kind === "Ingress")
      .filter((manifest) => new RegExp(`\\b${port}\\b|"metrics"`).test(JSON.stringify(manifest)))
      .map(({ kind, metadata }) => `${kind} ${metadata.name} leads to the measurements`),
  ];
}
