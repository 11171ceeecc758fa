import { YAML } from "bun";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageOf, IMAGES } from "./images.ts";
import { type Forward, portForward } from "./port-forward.ts";
import { shell } from "./shell.ts";

export const NAMESPACE = "product-order-system";
/** A namespace that the network policies let in, as an ingress controller's would be. */
export const ADMITTED = "pos-load";
/** Namespace that may read the measurements. */
export const MONITORING = "pos-monitoring";

/** What a load pod reports. */
export interface LoadReport {
  readonly requests: number;
  readonly failed: number;
  readonly firstFailures: readonly string[];
  readonly orders: number;
  readonly open: number;
  readonly lost: number;
  readonly extra: number;
  readonly unitsMissing: number;
  /** The longest time in which no order was acknowledged. */
  readonly longestPauseMs: number;
}

/** The cluster that `prepare` starts on this machine, with this checkout's manifests and images in it. */
export class Cluster {
  readonly #prepare: string;
  readonly #root: string;
  readonly #kubeconfig: string;
  readonly #folder: string;
  readonly #wasUp: boolean;

  private constructor(parts: { prepare: string; root: string; kubeconfig: string; folder: string; wasUp: boolean }) {
    this.#prepare = parts.prepare;
    this.#root = parts.root;
    this.#kubeconfig = parts.kubeconfig;
    this.#folder = parts.folder;
    this.#wasUp = parts.wasUp;
  }

  /** Starts it; one that runs already is used and left running. The first start on a machine builds it for minutes. */
  static async start(prepare: string, root: string): Promise<Cluster> {
    // It says so on standard error.
    const said = await shell(["sh", "-c", '"$0" up 2>&1', prepare], { timeoutMs: 1_800_000 });
    const kubeconfig = await shell([prepare, "kubeconfig"]);
    const folder = await mkdtemp(join(tmpdir(), "pos-k8s-"));
    return new Cluster({ prepare, root, kubeconfig, folder, wasUp: said.includes("already up") });
  }

  kubectl(words: readonly string[], input?: string): Promise<string> {
    const options = input === undefined ? {} : { input };
    return shell(["kubectl", ...words], { env: { KUBECONFIG: this.#kubeconfig }, ...options });
  }

  /** kubectl in the namespace of the system. */
  system(...words: readonly string[]): Promise<string> {
    return this.kubectl(["--namespace", NAMESPACE, ...words]);
  }

  /** Puts the images into the cluster under the names that the manifests use. */
  async loadImages(): Promise<void> {
    const names = await Promise.all(
      IMAGES.map(async ({ target }) => {
        const name = `docker.io/${imageOf(target)}`;
        await shell(["podman", "tag", imageOf(target), name]);
        return name;
      }),
    );
    await shell([this.#prepare, "load", "mongo:8.0", "oven/bun:1.4.5-slim", ...names]);
  }

  /**
   * Applies an overlay with secrets of its own, in a copy of k8s/: the checkout stays as it is.
   * @param patches what this machine is too small for, as kustomize's `patches`
   */
  async apply(overlay: string, patches: readonly object[] = []): Promise<void> {
    await rm(join(this.#folder, "k8s"), { recursive: true, force: true });
    await cp(join(this.#root, "k8s"), join(this.#folder, "k8s"), {
      recursive: true,
      filter: (path) => !path.endsWith("/live"),
    });
    await this.ordersctl(["k8s", "secrets", "--overlay", overlay]);
    if (patches.length > 0) {
      const file = join(this.live, "kustomization.yaml");
      const kustomization = YAML.parse(await readFile(file, "utf8")) as { patches: readonly object[] };
      const patched = { ...kustomization, patches: [...kustomization.patches, ...patches] };
      await writeFile(file, JSON.stringify(patched));
    }
    await this.kubectl(["apply", "-k", this.live]);
  }

  /** The folder of the applied kustomization, in the copy of k8s/. */
  get live(): string {
    return join(this.#folder, "k8s", "live");
  }

  /** This checkout's ordersctl, beside the copy of k8s/, with a sign-in of its own. */
  ordersctl(words: readonly string[], options: { env?: Readonly<Record<string, string>>; input?: string } = {}) {
    const home = { XDG_CONFIG_HOME: join(this.#folder, "config"), XDG_STATE_HOME: join(this.#folder, "state") };
    const command = [process.execPath, join(this.#root, "cli/src/main.ts"), ...words];
    return shell(command, { ...options, cwd: this.#folder, env: { ...home, ...options.env } });
  }

  /** A value of the secrets that were applied. */
  async secret(key: string): Promise<string> {
    const text = await readFile(join(this.live, "secret.yaml"), "utf8");
    return new RegExp(`^ +${key}: (.*)$`, "m").exec(text)?.[1] ?? "";
  }

  /** `kubectl port-forward` to a service, on a free port of this machine. */
  forward(service: string, port: number): Promise<Forward> {
    const words = ["--namespace", NAMESPACE, "port-forward", `service/${service}`, `:${port}`];
    return portForward(words, { KUBECONFIG: this.#kubeconfig });
  }

  /** Makes the namespaces that the network policies let in: of the load, and of what reads the measurements. */
  async admitNamespaces(): Promise<void> {
    for (const [name, label] of [[ADMITTED, "ingress"] as const, [MONITORING, "monitoring"] as const]) {
      const metadata = { name, labels: { [`${NAMESPACE}/${label}`]: "true" } };
      await this.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata }));
    }
  }

  /** The address of one pod of a deployment: the measurements have a port that no Service leads to. */
  async podAddress(deployment: string): Promise<string> {
    const selector = `app.kubernetes.io/name=${deployment}`;
    const path = "jsonpath={.items[0].status.podIP}";
    return (
      await this.system("get", "pods", "-l", selector, "--field-selector=status.phase=Running", "-o", path)
    ).trim();
  }

  /** Waits until every pod of the system is ready. */
  async ready(withinSeconds = 240): Promise<void> {
    const wait = ["rollout", "status", `--timeout=${withinSeconds}s`];
    for (const name of ["user", "product", "order"]) await this.system(...wait, `statefulset/mongodb-${name}`);
    for (const name of ["user", "product", "order"]) await this.system(...wait, `deployment/${name}-service`);
  }

  /** Starts customers in a pod of a namespace that is let in; `loadReport` waits for what they saw. */
  async startLoad(name: string, durationSeconds: number): Promise<void> {
    const script = await readFile(join(import.meta.dir, "load-pod.ts"), "utf8");
    const url = (service: string, port: number) => `http://${service}.${NAMESPACE}.svc.cluster.local:${port}`;
    const environment = {
      USER_URL: url("user-service", 3001),
      PRODUCT_URL: url("product-service", 3002),
      ORDER_URL: url("order-service", 3003),
      DURATION_S: String(durationSeconds),
      ADMIN_EMAIL: await this.secret("ADMIN_EMAIL"),
      ADMIN_PASSWORD: await this.secret("ADMIN_PASSWORD"),
    };
    const container = {
      name: "load",
      image: "oven/bun:1.4.5-slim",
      imagePullPolicy: "IfNotPresent",
      command: ["bun", "/load/load-pod.ts"],
      env: Object.entries(environment).map(([variable, text]) => ({ name: variable, value: text })),
      volumeMounts: [{ name: "script", mountPath: "/load" }],
    };
    const volumes = [{ name: "script", configMap: { name } }];
    const manifests = [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: ADMITTED }, data: { "load-pod.ts": script } },
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: ADMITTED },
        spec: { restartPolicy: "Never", containers: [container], volumes },
      },
    ];
    for (const manifest of manifests) await this.kubectl(["apply", "-f", "-"], JSON.stringify(manifest));
    await this.kubectl(["wait", "-n", ADMITTED, "--for=condition=Ready", `pod/${name}`, "--timeout=60s"]);
  }

  async loadReport(name: string): Promise<LoadReport> {
    await this.kubectl([
      "wait",
      "-n",
      ADMITTED,
      "--for=jsonpath={.status.phase}=Succeeded",
      `pod/${name}`,
      "--timeout=240s",
    ]).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await this.kubectl(["logs", "-n", ADMITTED, name, "--tail=20"])}`);
    });
    const lines = (await this.kubectl(["logs", "-n", ADMITTED, name])).split("\n");
    return JSON.parse(lines.at(-1) ?? "") as LoadReport;
  }

  /** Takes away what was made here; the cluster, too, when it was started here. */
  async stop(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    if (!this.#wasUp) return void (await shell([this.#prepare, "down"]));
    await this.empty();
  }

  /** Takes away what an overlay and the load made. */
  async empty(): Promise<void> {
    await this.kubectl([
      "delete",
      "namespace",
      NAMESPACE,
      ADMITTED,
      MONITORING,
      "--ignore-not-found",
      "--timeout=180s",
    ]);
    await this.kubectl(["delete", "priorityclass", NAMESPACE, "--ignore-not-found"]);
  }
}
