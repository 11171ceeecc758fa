/** What is known of the services from elsewhere; the checker imports none of them. */

/** One environment variable that a service reads. */
export interface VariableFact {
  readonly name: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** @throws Error with a sentence that says what the text should be */
  parse(text: string, mode: "development" | "production"): unknown;
}

/** What a service needs of its manifests. `service` is the name of its workload and of its compose service. */
export interface ServiceFacts {
  readonly service: string;
  readonly variables: readonly VariableFact[];
  /** Paths that probes may ask; absent: not checked. */
  readonly probePaths?: readonly string[];
  /** How long a start may take before the service gives up, in seconds. */
  readonly startupSeconds?: number;
  /** How long it may take to stop after its DRAIN_DELAY_MS, in seconds. */
  readonly shutdownSeconds?: number;
}

/** The answer of one probe path of a running service. */
export interface ProbeAnswer {
  readonly path: string;
  readonly status: number;
}

/** What `GET /meta` of a running service says. */
export interface MetaAnswer {
  readonly version: string;
  readonly port: number;
  /** Names of the variables that the running service reads. */
  readonly environment: readonly string[];
  readonly rssBytes: number;
  readonly replicaSet?: string | undefined;
}

/** A running service as seen from outside; `meta` is absent when it did not answer, and `problem` says why. */
export interface LiveFacts {
  readonly service: string;
  readonly url: string;
  readonly meta?: MetaAnswer | undefined;
  readonly probes: readonly ProbeAnswer[];
  readonly problem?: string | undefined;
}

/** Asks running services; the command line implements it with the typed client. */
export interface LivePort {
  /** @param probePaths paths of the probes that the manifests name for this service */
  ask(service: string, probePaths: readonly string[]): Promise<LiveFacts>;
}
