import { describe, expect, test } from "bun:test";
import { checkManifests } from "./check.ts";
import { bundleOf } from "./input/bundles.ts";
import { SERVICES } from "./test/corpus.ts";
import { documents, workload } from "./test/set.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
`;
const ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web }\n";
const BINDING = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: web }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
`;
const BUDGET = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`;
const AUTOSCALER = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 4 }
`;
const USER_SECRET = `apiVersion: v1
kind: Secret
metadata: { name: user-secret }
stringData: { MONGO_URI: "mongodb://database.example.com/userdb?replicaSet=rs0" }
`;
const FROM_SECRET = "envFrom: [{ secretRef: { name: user-secret } }]";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const MEMBERS = workload("web", {
  kind: "StatefulSet",
  spec: "volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }]",
  container: "volumeMounts: [{ name: data, mountPath: /data }]",
});

const OF_FIRST_CLAIM = {
  pod: "volumes: [{ name: copy, persistentVolumeClaim: { claimName: data-web-0 } }]",
  container: "volumeMounts: [{ name: copy, mountPath: /copy }]",
};

const AMOUNTS_OF_WEB = "resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 500m, memory: 256Mi } }";
const AS_A_WHOLE = { pod: AMOUNTS_OF_WEB.replace("cpu: 100m", "cpu: 0.1") };
const SHARE_OF_CPU =
  "{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }";

/** web calls api, and a policy speaks of one of them. */
const callUnder = (policy: string): string =>
  documents(
    workload("web", { container: "env: [{ name: API_URL, value: 'http://api' }]" }),
    workload("api"),
    SERVICE.replaceAll("web", "api"),
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: policy }\nspec: ${policy}\n`,
  );

const SIDECAR = `initContainers:
  - name: proxy
    restartPolicy: Always
    image: example.com/proxy:1.0.0
    ports: [{ name: proxy, containerPort: 9000 }]
    resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { cpu: 50m, memory: 32Mi } }
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }`;

/** What looks like a fault and is none. */
const VALID: readonly (readonly [name: string, text: string])[] = [
  [
    "a port of a sidecar that keeps running",
    documents(workload("web", { pod: SIDECAR }), SERVICE.replace("targetPort: http", "targetPort: proxy")),
  ],
  [
    "a probe that asks the number of a port of another container, which has the same address",
    workload("web", { pod: SIDECAR }).replace("/ready, port: http", "/ready, port: 9000"),
  ],
  [
    "a token for an account of any namespace that a binding grants something",
    documents(workload("web", { pod: "serviceAccountName: web" }), ACCOUNT, BINDING),
  ],
  ["a budget of one with two replicas at least", documents(workload("web"), BUDGET, AUTOSCALER)],
  ["a budget that names no number", documents(workload("web"), BUDGET.replace("minAvailable: 1, ", ""))],
  ["a budget in percent", documents(workload("web", { spec: "replicas: 4" }), BUDGET.replace("1,", "50%,"))],
  [
    "an address without a password under a secret's name",
    workload("web", { container: "env: [{ name: TOKEN, value: 'https://login.example.com/token' }]" }),
  ],
  [
    "a secret that comes from another variable",
    workload("web", { container: "env: [{ name: API_TOKEN, value: $(OTHER) }]" }),
  ],
  [
    "a shared ConfigMap with variables that only another service reads",
    documents(
      workload("user-service", {
        container: `${FROM_SECRET.slice(0, -1)}, { configMapRef: { name: shared } }]`,
        spec: "",
      }).replaceAll("/ready", "/health"),
      USER_SECRET,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shared }\ndata: { PRODUCT_LEVEL: info }\n",
    ),
  ],
  [
    "a required variable that may come from a Secret made elsewhere",
    workload("user-service", { container: "envFrom: [{ secretRef: { name: elsewhere, optional: true } }]" }).replaceAll(
      "/ready",
      "/health",
    ),
  ],
  [
    "an external host in an address",
    workload("web", { container: "env: [{ name: BACKEND_URL, value: 'https://api.example.com' }]" }),
  ],
  [
    "a direct connection to one member",
    workload("web", { container: "env: [{ name: DB, value: 'mongodb://db.example.com/x?directConnection=true' }]" }),
  ],
  [
    "a nodePort of 0, which asks for any port or none",
    documents(workload("web"), SERVICE.replace("port: 80,", "port: 80, nodePort: 0,")),
  ],
  ["a Service without a selector", SERVICE.replace("selector: { app: web }, ", "")],
  ["an empty list", "apiVersion: v1\nkind: List\nitems: []\n"],
  [
    "a policy for all pods",
    documents(
      workload("web"),
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: all }\nspec: { podSelector: {}, policyTypes: [Ingress] }\n",
    ),
  ],
  [
    "a policy without types whose list of ways out is empty: it restricts the ways in alone",
    callUnder("{ podSelector: { matchLabels: { app: web } }, egress: [] }"),
  ],
  ["a Service for one pod of a StatefulSet", documents(MEMBERS, SERVICE.replace("app: web", `${POD_NAME}: web-0`))],
  ["the claim of one pod of a StatefulSet", documents(MEMBERS, workload("backup", OF_FIRST_CLAIM))],
  [
    "an autoscaler and amounts of the whole pod",
    documents(
      workload("web", AS_A_WHOLE).replace(AMOUNTS_OF_WEB, ""),
      AUTOSCALER.replace("minReplicas", `metrics: [${SHARE_OF_CPU}], minReplicas`),
    ),
  ],
  [
    "secrets that another program puts in the place of ${…}",
    workload("web", {
      container:
        "env: [{ name: DB_PASSWORD, value: '${DB_PASSWORD}' }, { name: DB, value: 'postgres://shop:${DB_PASSWORD}@db.example.com/shop' }]",
    }),
  ],
  [
    "an address by number, and one of the pod itself",
    workload("web", {
      container:
        "env: [{ name: CACHE_URL, value: 'redis://10.0.0.7:6379' }, { name: PROXY_URL, value: 'http://localhost:9000' }]",
    }),
  ],
  [
    "another name of a compose service in one of its networks",
    "services:\n  web: { image: web:1, environment: { CACHE: 'redis://cache' } }\n  redis: { image: redis:8, networks: { inner: { aliases: [cache] } } }\nnetworks: { inner: }\n",
  ],
  [
    "addresses of compose services whose password comes from .env, by their own port and by one of two that are open",
    "services:\n  web: { image: web:1, environment: { DB: 'mongodb://web:${PW:?}@db:27017/x?replicaSet=rs0', API: 'http://api:8081' } }\n  db: { image: mongo:8.0, ports: ['127.0.0.1:27019:27017'] }\n  api: { image: api:1, ports: ['8081:8080'], expose: [8081] }\n",
  ],
  [
    "a certificate that the older annotation of cert-manager asks for",
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: web, annotations: { kubernetes.io/tls-acme: 'true' } }\nspec: { tls: [{ hosts: [web.example.com], secretName: web-tls }], rules: [{ host: web.example.com }] }\n",
  ],
  [
    "the name of a Job that Kubernetes puts on its pods",
    documents(
      workload("web", { pod: "restartPolicy: Never" })
        .replace("apps/v1\nkind: Deployment", "batch/v1\nkind: Job")
        .replace("  selector: { matchLabels: { app: web } }\n", ""),
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: p }\nspec: { podSelector: { matchLabels: { batch.kubernetes.io/job-name: web } } }\n",
    ),
  ],
  ["a budget for a DaemonSet, which has a pod on each node", documents(workload("web", { kind: "DaemonSet" }), BUDGET)],
  [
    "a switch and measures under a secret's name",
    workload("web", {
      container:
        "env: [{ name: ALLOW_EMPTY_PASSWORD, value: 'yes' }, { name: PASSWORD_MIN_LENGTH, value: '12' }, { name: TOKEN_EXPIRY_SECONDS, value: '3600' }]",
    }),
  ],
  [
    "settings of secrets, a token for every browser, the path of a key and what a template fills in",
    workload("web", {
      container:
        "env: [{ name: TOKEN_LIMIT, value: '4096' }, { name: SECRET_PROVIDER, value: vault }, { name: TOKEN_TYPE, value: Bearer }, { name: PASSWORD_POLICY, value: strong }, { name: NEXT_PUBLIC_MAP_TOKEN, value: pk.123 }, { name: TLS_PRIVATE_KEY, value: /etc/tls/tls.key }, { name: DB_PASSWORD, value: '{{ db_password }}' }]",
    }),
  ],
  [
    "settings whose last word says what they are, and ids of keys",
    workload("web", {
      container:
        "env: [{ name: PASSWORD_RESET_URL, value: /reset }, { name: PASSWORD_HASH_ALGORITHM, value: argon2 }, { name: ACCESS_TOKEN_COOKIE, value: sid }, { name: TOKEN_REFRESH_INTERVAL, value: 30s }, { name: ACCESS_TOKEN_VALIDITY_SECONDS, value: '900' }, { name: GCP_SECRET_VERSION, value: latest }, { name: API_KEY_PREFIX, value: shop }, { name: VAULT_SECRET_MOUNT, value: kv }, { name: SIGNING_KEY_ID, value: k-2024 }, { name: JWT_SECRET_KEY_ID, value: main }]",
    }),
  ],
  [
    "a policy for a namespace whose labels are not among the manifests",
    callUnder(
      "{ podSelector: { matchLabels: { app: api } }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: shop } } }] }] }",
    ).replaceAll(/^metadata: \{ name/gm, "metadata: { namespace: shop, name"),
  ],
  [
    "numbers and words that Kubernetes takes for none",
    workload("web", {
      container: "imagePullPolicy: ''\nlivenessProbe: { httpGet: { path: /ready, port: http }, periodSeconds: 0 }",
    }),
  ],
  [
    "texts that another program puts in the place of ${…}, percentages and an optional choice",
    documents(
      workload("web", {
        spec: "strategy: { type: '${STRATEGY:=RollingUpdate}', rollingUpdate: { maxSurge: 200%, maxUnavailable: '${UNAVAILABLE}' } }",
        pod: "restartPolicy: ${RESTART}",
      }),
      "apiVersion: v1\nkind: Service\nmetadata: { name: out }\nspec: { type: ExternalName, externalName: db.example.com. }\n",
    ),
  ],
  [
    "rules of roles: another group's pods, one that is granted elsewhere, all groups, subresources and paths",
    `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: reader }
rules:
  - { apiGroups: [metrics.k8s.io], resources: [pods, nodes], verbs: [get] }
  - { apiGroups: ["", apps], resources: [pods/log, deployments, deployments/scale], verbs: [get] }
  - { apiGroups: [extensions, networking.k8s.io], resources: [ingresses], verbs: [get] }
  - { apiGroups: [""], resources: [ingresses, services], verbs: [get] }
  - { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }
  - { nonResourceURLs: [/metrics], verbs: [get] }
`,
  ],
  [
    "a quota that is just enough, and one for some of the pods",
    documents(
      workload("web", { spec: "replicas: 3" }),
      "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: all }\nspec: { hard: { requests.cpu: 300m, limits.memory: 768Mi, pods: 3, services: 1 } }\n",
      "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: some }\nspec: { hard: { pods: 0 }, scopes: [BestEffort] }\n",
      "apiVersion: v1\nkind: LimitRange\nmetadata: { name: range }\nspec: { limits: [{ type: Container, min: { cpu: 0.1 }, max: { cpu: 0.5 } }, { type: Pod, max: { cpu: 1m } }, { type: openshift.io/Image, max: { storage: 1Gi } }] }\n",
    ),
  ],
  [
    "affinities to other pods, and to those of other namespaces",
    documents(
      workload("web", {
        pod: `affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: api } } }
      - { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: x } }, namespaceSelector: {} }`,
      }),
      workload("api"),
    ),
  ],
  [
    "a pod that ends within its time",
    workload("web", {
      pod: "terminationGracePeriodSeconds: 60",
      container: "lifecycle: { preStop: { exec: { command: [/bin/sh, -c, sleep 45 && nginx -s quit] } } }",
    }),
  ],
  [
    "a pod that ends at once, and a preStop that waits for nothing",
    workload("web", {
      pod: "terminationGracePeriodSeconds: 0",
      container: "lifecycle: { preStop: { sleep: { seconds: 0 } } }",
    }),
  ],
  [
    "one port for TCP and UDP in two containers",
    workload("web", { pod: SIDECAR.replace("containerPort: 9000", "containerPort: 8080, protocol: UDP") }),
  ],
  [
    "variables of the shell, of envFrom, and with two dollars",
    documents(
      workload("web", {
        container:
          "envFrom: [{ configMapRef: { name: web } }]\nargs: ['$(date)', '$(HOST)', '$$(HSOT)']\nenv: [{ name: URL, value: 'https://$(HOST).example.com/$$(LATER)/$(pwd)' }, { name: LATER, value: x }]",
      }),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { HOST: www }\n",
    ),
  ],
  [
    "commands of a shell that are called as variables in capitals, and a variable that goes on with what envFrom brings",
    documents(
      workload("web", {
        container:
          "envFrom: [{ configMapRef: { name: web } }]\nargs: ['$(hostname) $(date)']\nenv: [{ name: HOSTNAME, value: a }, { name: DATE, value: b }, { name: OPTIONS, value: '$(OPTIONS) -v' }]",
      }),
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { OPTIONS: -q }\n",
    ),
  ],
  [
    "a policy whose list of types is empty, which is the same as none",
    callUnder("{ podSelector: { matchLabels: { app: web } }, policyTypes: [], egress: [] }"),
  ],
];

describe("what looks like a fault and is none", () => {
  test.each(VALID)("%s", (_, text) => {
    const other = {
      service: "product-service",
      variables: [{ name: "PRODUCT_LEVEL", required: false, secret: false, parse: String }],
    };
    const { findings } = checkManifests([bundleOf([{ file: "x.yaml", text }])], { services: [...SERVICES, other] });
    expect(findings).toEqual([]);
  });
});

describe("compose files that look faulty and are not", () => {
  const web = (lines: string, others = ""): string =>
    `services:\n  web: { image: example.com/web:1, ${lines} }\n${others}`;
  test.each([
    [
      "an image of somebody's own may bring a healthcheck",
      web("depends_on: { db: { condition: service_healthy } }", "  db: { image: example.com/db:1 }\n"),
    ],
    [
      "one port for TCP and UDP, at two addresses, and for services of two profiles",
      web(
        "ports: ['443:443', '443:443/udp', '127.0.0.1:8080:80', '127.0.0.2:8080:80', '${PORT}:90', '${PORT}:91']",
        "  a: { image: example.com/a:1, profiles: [a], ports: ['443:443'], container_name: x }\n  b: { image: example.com/b:1, profiles: [b], ports: ['443:443'], container_name: x }\n",
      ),
    ],
    [
      "one port twice in the list of a service, and services that listen on this machine without a network",
      web(
        "ports: ['443:443', '443:443']",
        "  a: { image: example.com/a:1, network_mode: host, ports: ['80:80'] }\n  b: { image: example.com/b:1, network_mode: host, ports: ['80:80'] }\n",
      ),
    ],
    [
      "services that meet in one network under two names, and one that has the name of another as its alias",
      web(
        "networks: [a], environment: { DB: 'postgres://db/x', PAGE: 'http://page' }",
        "  db: { image: example.com/db:1, networks: [b] }\n  page: { image: example.com/page:1, networks: [c] }\n  other: { image: example.com/o:1, networks: { a: { aliases: [page] } } }\nnetworks: { a: { external: true, name: x }, b: { external: true, name: x }, c: }\n",
      ),
    ],
    [
      "an origin that browsers name, of a service in another network",
      web(
        "networks: [a], environment: { CORS_ORIGIN: 'http://page:3000' }",
        "  page: { image: example.com/page:1, networks: [b] }\nnetworks: { a: , b: }\n",
      ),
    ],
    [
      "durations, and a healthcheck in one text",
      web(
        "stop_grace_period: 1m30s, healthcheck: { test: curl localhost, interval: 1.5s, timeout: '0', start_period: '${T}' }",
      ),
    ],
    [
      "a service of a profile for one of the same, and one that need not be there",
      web(
        "profiles: [a, b], depends_on: { db: { condition: service_started }, c: { condition: service_started, required: false } }",
        "  db: { image: example.com/db:1, profiles: [b] }\n  c: { image: example.com/c:1, profiles: [c] }\n",
      ),
    ],
    [
      "services that meet in one of several networks, and in that of another container",
      web(
        "networks: [a, b], environment: { DB: 'postgres://db/x', MORE: 'http://side' }",
        "  db: { image: example.com/db:1, networks: { b: { aliases: [store] } } }\n  side: { image: example.com/s:1, network_mode: 'service:web' }\nnetworks: { a: , b: }\n",
      ),
    ],
    [
      "a container and an external secret",
      web("volumes_from: ['container:x'], secrets: [s]", "secrets: { s: { external: true } }\n"),
    ],
  ])("%s", (_, text) => {
    expect(checkManifests([bundleOf([{ file: "compose.yaml", text }])]).findings).toEqual([]);
  });

  test("a file that adds to another has no image", () => {
    const text = "services:\n  web: { ports: ['8080:80'] }\n";
    expect(checkManifests([bundleOf([{ file: "compose.production.yaml", text }])]).findings).toEqual([]);
  });
});

describe("well-known manifests of others", () => {
  const levels = new Map([["unknown-kind", "off"]] as const);
  const rules = (...texts: readonly string[]): string[] =>
    checkManifests([bundleOf([{ file: "x.yaml", text: documents(...texts) }])], {
      levels,
      services: SERVICES,
    }).findings.map(({ rule }) => rule);
  const probe = (port: number) => ({ container: `livenessProbe: { httpGet: { path: /health, port: ${port} } }` });

  test("a port for probes alone need not be declared, as in ingress-nginx and CoreDNS", () => {
    expect(rules(workload("web", probe(10_254)))).toEqual([]);
    expect(rules(workload("web", probe(8081)))).toEqual(["probe-port"]);
    expect(rules(workload("user-service", { ...probe(10_254), spec: "" }).replace("/ready", "/health"))).toContain(
      "probe-port",
    );
  });

  test("a role that Kubernetes brings along is granted, as by metrics-server", () => {
    const binding = BINDING.replace("kind: ClusterRoleBinding", "kind: RoleBinding").replace(
      "web }",
      "web, namespace: kube-system }",
    );
    const grant = (name: string) => binding.replace("kind: ClusterRole, name: view", `kind: Role, name: ${name}`);
    expect(rules(grant("extension-apiserver-authentication-reader"))).toEqual([]);
    expect(rules(grant("extension-apiserver-authentication-raeder"))).toEqual(["role-ref"]);
    // There is a ClusterRole of that name, and no Role.
    expect(rules(grant("view"))).toEqual(["role-ref"]);
  });

  test("OpenShift has an Ingress of its own", () => {
    const text =
      "apiVersion: config.openshift.io/v1\nkind: Ingress\nmetadata: { name: cluster }\nspec: { domain: apps.example.com }\n";
    expect(rules(text)).toEqual([]);
    expect(rules(text.replace("config.openshift.io", "networking.k8s.io"))).toContain("exclusive-fields");
  });

  test("an empty password is allowed by a 1, as in the documentation's MySQL", () => {
    expect(rules(workload("web", { container: "env: [{ name: MYSQL_ALLOW_EMPTY_PASSWORD, value: '1' }]" }))).toEqual(
      [],
    );
  });

  test("pods of a Rollout are pods", () => {
    const rollout = workload("web").replace("apps/v1\nkind: Deployment", "argoproj.io/v1alpha1\nkind: Rollout");
    expect(rules(rollout, SERVICE, BUDGET.replace("minAvailable", "maxUnavailable"))).toEqual([]);
    expect(rules(rollout, SERVICE.replace("app: web", "app: wbe"))).toEqual(["service-selector"]);
  });

  test("an operator labels pods with the name of its resource", () => {
    const prometheus = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: k8s }\n";
    const of = (name: string) => [
      SERVICE.replace("app: web", `app.kubernetes.io/instance: ${name}`),
      BUDGET.replace("app: web", `app.kubernetes.io/instance: ${name}`),
    ];
    expect(rules(prometheus, ...of("k8s"))).toEqual([]);
    expect(rules(prometheus, ...of("k9s"))).toEqual(["service-selector", "pdb-target"]);
    const near = (name: string) =>
      workload("web", {
        pod: `affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app.kubernetes.io/instance: ${name} } } }] } }`,
      });
    expect(rules(prometheus, near("k8s"))).toEqual([]);
    expect(rules(prometheus, near("k9s"))).toEqual(["affinity-selector"]);
  });

  test("a name server listens on one port at two addresses of its node", () => {
    const port = (address: string) => `{ containerPort: 53, hostPort: 53, hostIP: ${address} }`;
    const dns = (...ports: readonly string[]) =>
      workload("web").replace("{ name: http, containerPort: 8080 }", ["$&", ...ports].join(", "));
    expect(rules(dns(port("10.0.0.1"), port("10.0.0.2")))).toEqual(["host-access", "host-access"]);
    expect(rules(dns(port("10.0.0.1"), port("10.0.0.1")))).toEqual(["host-access", "duplicate-entry", "host-access"]);
  });
});

describe("custom resources", () => {
  test("an autoscaler may scale one", () => {
    const rollout = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: web }\n";
    const text = documents(
      rollout,
      AUTOSCALER.replace("apps/v1, kind: Deployment", "argoproj.io/v1alpha1, kind: Rollout"),
    );
    const levels = new Map([["unknown-kind", "off"]] as const);
    expect(checkManifests([bundleOf([{ file: "x.yaml", text }])], { levels }).findings).toEqual([]);
  });
});

describe("names that every object of JavaScript has", () => {
  test.each(["constructor", "__proto__"])("%s is no kind that runs pods", (kind) => {
    const text = `apiVersion: v1\nkind: ${kind}\nmetadata: { name: x }\n`;
    const { findings } = checkManifests([bundleOf([{ file: "x.yaml", text }])]);
    expect(findings.map(({ rule }) => rule)).toEqual(["unknown-kind"]);
  });

  test("constructor is no scheme of an address", () => {
    const text = workload("web", { container: "env: [{ name: CALLED, value: 'constructor://web' }]" });
    expect(checkManifests([bundleOf([{ file: "x.yaml", text }])]).findings).toEqual([]);
  });
});

test("numbers, amounts and switches may be put in before the manifests are applied, as by Flux", () => {
  const text = workload("web", { spec: "replicas: ${REPLICAS}\npaused: ${PAUSED:=false}", container: "tty: ${TTY}" })
    .replace("cpu: 500m, memory: 256Mi", 'cpu: "${CPU}", memory: "${MEMORY:=256}Mi"')
    .replace("containerPort: 8080", 'containerPort: "${PORT}"');
  expect(checkManifests([bundleOf([{ file: "x.yaml", text }])]).findings).toEqual([]);
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { A: "${B64}", C: "no base64!" }\n';
  expect(checkManifests([bundleOf([{ file: "x.yaml", text: secret }])]).findings.map(({ rule }) => rule)).toEqual([
    "schema-wrong-value",
  ]);
});

test("names, labels, images and schedules may be put in, too", () => {
  const text = workload("web", { container: "livenessProbe: { httpGet: { path: /, port: '${PORT}' } }" })
    .replace("example.com/web:1.0.0", "example.com/${NAME}:${TAG}")
    .replaceAll("name: web", "name: 'web-${ENV}'")
    .replaceAll("app: web", "app: '${APP}'")
    .replaceAll(/\bhttp\b/g, "'${HTTP}'");
  const job = `apiVersion: batch/v1
kind: CronJob
metadata: { name: job }
spec:
  schedule: "\${SCHEDULE}"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: a, image: "\${IMAGE}" }] } } } }
`;
  const rules = (...texts: string[]) =>
    checkManifests([bundleOf([{ file: "x.yaml", text: documents(...texts) }])])
      .findings.filter(({ severity }) => severity === "error")
      .map(({ rule }) => rule);
  const service = SERVICE.replaceAll("web", "'${APP}'").replace(
    "port: 80, targetPort: http",
    "port: 80, targetPort: '${PORT}'",
  );
  expect(rules(text, job, service)).toEqual([]);
  expect(rules(job.replace("${IMAGE}", "${REGISTRY}/web"))).toEqual(["image-pinned"]);
});

test("kinds of Kubernetes that have no schema here are kinds", () => {
  const rules = (apiVersion: string, kind: string) =>
    checkManifests([
      bundleOf([{ file: "x.yaml", text: `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: web }\n` }]),
    ]).findings.map(({ rule }) => rule);
  for (const [group, kind] of [
    ["admissionregistration.k8s.io", "ValidatingWebhookConfiguration"],
    ["apiextensions.k8s.io", "CustomResourceDefinition"],
    ["apiregistration.k8s.io", "APIService"],
    ["coordination.k8s.io", "Lease"],
  ] as const) {
    expect(rules(`${group}/v1`, kind)).toEqual([]);
    expect(rules(`${group}/v1`, `${kind}x`)).toEqual(["unknown-kind"]);
    expect(rules(`${group}/v2`, kind)).toEqual(["unknown-kind"]);
  }
});

test("a proxy has a port for its probes beside the one of its metrics, as Istio's", () => {
  const proxy = workload("web")
    .replace("containerPort: 8080", "containerPort: 15090")
    .replace("port: http", "port: 15021");
  expect(checkManifests([bundleOf([{ file: "x.yaml", text: proxy }])]).findings).toEqual([]);
  const typed = workload("web").replace("port: http", "port: 8088");
  expect(checkManifests([bundleOf([{ file: "x.yaml", text: typed }])]).findings.map(({ rule }) => rule)).toEqual([
    "probe-port",
  ]);
});

test("a probe may take a little longer than its period, as in Bitnami's Redis", () => {
  const rules = (timeoutSeconds: number) => {
    const text = workload("web").replace(
      "port: http }",
      `port: http }, timeoutSeconds: ${timeoutSeconds}, periodSeconds: 5`,
    );
    return checkManifests([bundleOf([{ file: "x.yaml", text }])]).findings.map(({ rule }) => rule);
  };
  expect([rules(6), rules(10)]).toEqual([[], ["probe-threshold"]]);
});

describe("kinds of other groups that are called as those of Kubernetes", () => {
  const rules = (...texts: string[]) =>
    checkManifests([bundleOf([{ file: "x.yaml", text: documents(...texts) }])]).findings.map(({ rule }) => rule);
  const knative = `apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: web }
spec: { template: { spec: { containers: [{ image: example.com/web:1.0.0 }] } } }
`;
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`;

  test("are not judged by the rules of those", () => {
    expect(checkManifests([bundleOf([{ file: "x.yaml", text: knative }])]).findings).toMatchObject([
      { rule: "unknown-kind", sentence: "There is no schema for serving.knative.dev/v1 Service." },
    ]);
    const other = "metadata: { name: web }\nspec: { rules: [{ host: 'A_B' }], tls: [{ secretName: web }] }\n";
    expect(rules(`apiVersion: config.example.com/v1\nkind: Ingress\n${other}`)).toEqual(["unknown-kind"]);
    expect(
      rules(
        "apiVersion: example.com/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { template: { spec: {containers: [{ name: a }] } } }\n",
      ),
    ).toEqual(["unknown-kind"]);
  });

  test("may be what a reference means, and hide none of Kubernetes", () => {
    expect(rules(knative, ingress)).toEqual(["unknown-kind"]);
    const call = workload("api", { container: "env: [{ name: WEB_URL, value: 'http://web' }]" });
    expect(rules(knative, call)).toEqual(["unknown-kind"]);
    for (const order of [
      [knative, SERVICE],
      [SERVICE, knative],
    ])
      expect(rules(...order, workload("web"), ingress.replace("number: 80", "number: 8080"))).toEqual([
        "unknown-kind",
        "ingress-port",
      ]);
  });

  test("a mistyped apiVersion is told with the right one, and the rest is judged", () => {
    const typed = workload("web").replace("apps/v1", "app/v1").replace("image: example.com/web:1.0.0", "image: web");
    expect(rules(typed)).toEqual(["unknown-kind", "image-pinned"]);
  });
});

describe("what depends on the version", () => {
  const text = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: { name: x }\n";
  const rules = (kubernetesVersion: string) =>
    checkManifests([bundleOf([{ file: "x.yaml", text }])], { kubernetesVersion }).findings.map(({ rule }) => rule);

  test("an API is gone from the version on that removed it", () => {
    expect(rules("1.31")).toEqual(["unknown-kind"]);
    expect(rules("1.32")).toEqual(["api-removed"]);
  });
});

describe("what lies outside of the manifests", () => {
  const rules = (namespace: string, name: string, value: string) => {
    const text = workload("web", { container: `env: [{ name: ${name}, value: '${value}' }]` });
    return checkManifests([
      bundleOf([{ file: "x.yaml", text: text.replace("name: web }", `name: web, namespace: ${namespace} }`) }]),
    ]).findings.map(({ rule }) => rule);
  };

  test("a namespace that the manifests know nothing of may have any Service", () => {
    expect(rules("shop", "CACHE_URL", "redis://redis.cache.svc:6379")).toEqual([]);
    expect(rules("shop", "API_URL", "http://api.other.svc.cluster.local")).toEqual([]);
    expect(rules("shop", "API_URL", "http://api.shop.svc")).toEqual(["service-url"]);
    // One letter is missing: no other namespace is meant.
    expect(rules("shopping", "API_URL", "http://api.shoping.svc")).toEqual(["service-url"]);
  });

  test("the name of a secret at a provider is no secret", () => {
    expect(rules("shop", "DB_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:1:secret:db")).toEqual([]);
    expect(rules("shop", "DB_SECRET", "hunter2")).toEqual(["plain-secret"]);
  });
});

test.each(["postgres", "postgresql", "mysql", "mariadb", "rediss", "amqps", "nats", "ws"])(
  "a misspelt host of %s:// is found, and the Service with its usual port is not",
  (scheme) => {
    const rules = (host: string) =>
      checkManifests([
        bundleOf([
          {
            file: "x.yaml",
            text: documents(
              workload("web", { container: `env: [{ name: STORE, value: '${scheme}://${host}:8080' }]` }),
              SERVICE.replace("80,", "8080,"),
            ),
          },
        ]),
      ]).findings.map(({ rule }) => rule);
    expect([rules("wbe"), rules("web")]).toEqual([["service-url"], []]);
  },
);
