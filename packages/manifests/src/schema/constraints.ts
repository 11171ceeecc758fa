import { isIP } from "node:net";
import { type Cursor, isRecord } from "../model/cursor.ts";
import { DNS_LABEL } from "../model/dns-label.ts";
import { listed } from "../model/words.ts";
import { amounts, between, type Check, fieldOf, form, isBlock, isTimeZone, quotaNames, words } from "./field-checks.ts";
import type { SchemaProblem } from "./problem.ts";

/** Fields of a definition of which one alone may be set, and one must be unless it is `optional`. */
interface Choice {
  /** Fields that go together stand in one list. */
  readonly of: readonly (readonly string[])[];
  readonly optional?: boolean;
  /** The field that names the one, in capitals: `type: ContainerResource`. */
  readonly by?: string;
}

const PROTOCOL = words("TCP", "UDP", "SCTP");
const DELETION = words("Retain", "Delete");
const COUNT = between(0);
const USER = between(0);
const LABEL_NAME = form(
  "a name of at most 63 lower-case letters, digits and dashes",
  (text) => text === "" || DNS_LABEL.test(text),
);
const HOST_NAME = form(
  "a host name",
  /^(?=.{0,253}$)(?:[a-z\d](?:[-a-z\d]*[a-z\d])?(?:\.[a-z\d](?:[-a-z\d]*[a-z\d])?)*\.?)?$/,
);
const SHARE = form("a number without quotes or a percentage up to 100%", /^(?:100|\d{1,2})%$/);
const BLOCK = form("an address block such as 10.0.0.0/8", isBlock);
/** What somebody else than Kubernetes limits has a domain: `openshift.io/Image`. */
const LIMITED: Check = (at) =>
  at.text?.includes("/") === true ? undefined : words("Container", "PersistentVolumeClaim", "Pod")(at);
const PATH_INSIDE = form("a relative path inside the volume", /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/);
const ROLLOUT = { maxSurge: form("a number without quotes or a percentage", /^\d+%$/), maxUnavailable: SHARE };
const HISTORY = { minReadySeconds: COUNT, revisionHistoryLimit: COUNT };
const ACCESS = words("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
const HANDLERS = [["exec"], ["httpGet"], ["tcpSocket"]];

/** What the API server asks of fields and the published schema does not say. Source: pkg/apis/…/validation of Kubernetes. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  "apps.v1.DaemonSetSpec": HISTORY,
  "apps.v1.DaemonSetUpdateStrategy": { type: words("OnDelete", "RollingUpdate") },
  "apps.v1.DeploymentSpec": { ...HISTORY, replicas: COUNT, progressDeadlineSeconds: COUNT },
  "apps.v1.DeploymentStrategy": { type: words("Recreate", "RollingUpdate") },
  "apps.v1.ReplicaSetSpec": { minReadySeconds: COUNT, replicas: COUNT },
  "apps.v1.RollingUpdateDaemonSet": ROLLOUT,
  "apps.v1.RollingUpdateDeployment": ROLLOUT,
  "apps.v1.RollingUpdateStatefulSetStrategy": { maxUnavailable: SHARE, partition: COUNT },
  "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy": { whenDeleted: DELETION, whenScaled: DELETION },
  "apps.v1.StatefulSetSpec": { ...HISTORY, replicas: COUNT, podManagementPolicy: words("OrderedReady", "Parallel") },
  "apps.v1.StatefulSetUpdateStrategy": { type: words("OnDelete", "RollingUpdate") },
  "autoscaling.v1.HorizontalPodAutoscalerSpec": { minReplicas: COUNT, maxReplicas: between(1) },
  "autoscaling.v2.HorizontalPodAutoscalerSpec": { minReplicas: COUNT, maxReplicas: between(1) },
  "autoscaling.v2.HPAScalingPolicy": {
    type: words("Percent", "Pods"),
    value: between(1),
    periodSeconds: between(1, 1800),
  },
  "autoscaling.v2.HPAScalingRules": {
    selectPolicy: words("Max", "Min", "Disabled"),
    stabilizationWindowSeconds: between(0, 3600),
  },
  "autoscaling.v2.MetricSpec": { type: words("ContainerResource", "External", "Object", "Pods", "Resource") },
  "autoscaling.v2.MetricTarget": { type: words("AverageValue", "Utilization", "Value") },
  "batch.v1.CronJobSpec": {
    concurrencyPolicy: words("Allow", "Forbid", "Replace"),
    startingDeadlineSeconds: COUNT,
    successfulJobsHistoryLimit: COUNT,
    failedJobsHistoryLimit: COUNT,
    timeZone: form("a time zone such as Europe/Berlin", isTimeZone),
  },
  "batch.v1.JobSpec": {
    parallelism: COUNT,
    completions: COUNT,
    backoffLimit: COUNT,
    activeDeadlineSeconds: COUNT,
    ttlSecondsAfterFinished: COUNT,
    completionMode: words("Indexed", "NonIndexed"),
    podReplacementPolicy: words("Failed", "TerminatingOrFailed"),
  },
  "core.v1.Container": {
    imagePullPolicy: words("Always", "IfNotPresent", "Never"),
    terminationMessagePolicy: words("FallbackToLogsOnError", "File"),
  },
  "core.v1.ContainerPort": { protocol: PROTOCOL },
  "core.v1.EmptyDirVolumeSource": { medium: form("Memory or HugePages", /^(?:Memory|HugePages(?:-.+)?)?$/) },
  "core.v1.EnvVar": { name: form("a variable name", /^[^=]+$/) },
  "core.v1.HostAlias": { ip: form("an IP address", (text) => isIP(text) > 0), hostnames: HOST_NAME },
  "core.v1.HostPathVolumeSource": {
    type: words("BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"),
  },
  "core.v1.HTTPGetAction": { scheme: words("HTTP", "HTTPS") },
  "core.v1.KeyToPath": { path: PATH_INSIDE },
  "core.v1.LimitRangeItem": { type: LIMITED },
  "core.v1.NodeSelectorRequirement": { operator: words("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt") },
  "core.v1.PersistentVolumeClaimSpec": { accessModes: ACCESS, volumeMode: words("Block", "Filesystem") },
  "core.v1.PersistentVolumeSpec": {
    accessModes: ACCESS,
    persistentVolumeReclaimPolicy: words("Delete", "Recycle", "Retain"),
    volumeMode: words("Block", "Filesystem"),
  },
  "core.v1.PodAffinityTerm": { topologyKey: form("a node label", /./) },
  "core.v1.PodOS": { name: words("linux", "windows") },
  "core.v1.PodSecurityContext": {
    fsGroup: USER,
    fsGroupChangePolicy: words("Always", "OnRootMismatch"),
    runAsGroup: USER,
    runAsUser: USER,
  },
  "core.v1.PodSpec": {
    activeDeadlineSeconds: between(1),
    dnsPolicy: words("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    hostname: LABEL_NAME,
    preemptionPolicy: words("Never", "PreemptLowerPriority"),
    subdomain: LABEL_NAME,
    terminationGracePeriodSeconds: COUNT,
  },
  "core.v1.PreferredSchedulingTerm": { weight: between(1, 100) },
  "core.v1.Probe": {
    failureThreshold: COUNT,
    initialDelaySeconds: COUNT,
    periodSeconds: COUNT,
    successThreshold: COUNT,
    terminationGracePeriodSeconds: between(1),
    timeoutSeconds: COUNT,
  },
  "core.v1.ResourceFieldSelector": {
    resource: form("a container resource such as limits.memory", /^(?:limits|requests)\.[a-z].*$/),
  },
  "core.v1.ResourceQuotaSpec": { hard: quotaNames },
  "core.v1.ResourceRequirements": { limits: amounts, requests: amounts },
  "core.v1.SecurityContext": { runAsGroup: USER, runAsUser: USER },
  "core.v1.ServiceAccountTokenProjection": { expirationSeconds: between(600) },
  "core.v1.ServicePort": { protocol: PROTOCOL },
  "core.v1.ServiceSpec": {
    externalName: HOST_NAME,
    externalTrafficPolicy: words("Cluster", "Local"),
    internalTrafficPolicy: words("Cluster", "Local"),
    ipFamilies: words("IPv4", "IPv6"),
    ipFamilyPolicy: words("PreferDualStack", "RequireDualStack", "SingleStack"),
    loadBalancerSourceRanges: BLOCK,
    sessionAffinity: words("ClientIP", "None"),
    type: words("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
  },
  "core.v1.Toleration": {
    effect: words("NoSchedule", "PreferNoSchedule", "NoExecute"),
    operator: words("Equal", "Exists", "Gt", "Lt"),
  },
  "core.v1.TopologySpreadConstraint": {
    maxSkew: between(1),
    nodeAffinityPolicy: words("Honor", "Ignore"),
    nodeTaintsPolicy: words("Honor", "Ignore"),
    topologyKey: form("a node label", /./),
    whenUnsatisfiable: words("DoNotSchedule", "ScheduleAnyway"),
  },
  "core.v1.Volume": { name: LABEL_NAME },
  "core.v1.VolumeMount": {
    mountPropagation: words("Bidirectional", "HostToContainer", "None"),
    subPath: PATH_INSIDE,
  },
  "core.v1.WeightedPodAffinityTerm": { weight: between(1, 100) },
  "meta.v1.LabelSelectorRequirement": { operator: words("In", "NotIn", "Exists", "DoesNotExist") },
  "networking.v1.HTTPIngressPath": { pathType: words("Exact", "Prefix", "ImplementationSpecific") },
  "networking.v1.IPBlock": { cidr: BLOCK, except: BLOCK },
  "networking.v1.NetworkPolicyPort": { protocol: PROTOCOL },
  "networking.v1.NetworkPolicySpec": { policyTypes: words("Ingress", "Egress") },
  "policy.v1.PodDisruptionBudgetSpec": {
    maxUnavailable: SHARE,
    minAvailable: SHARE,
    unhealthyPodEvictionPolicy: words("AlwaysAllow", "IfHealthyBudget"),
  },
  "rbac.v1.RoleRef": { kind: words("ClusterRole", "Role") },
  "rbac.v1.Subject": { kind: words("Group", "ServiceAccount", "User") },
  "scheduling.v1.PriorityClass": {
    preemptionPolicy: words("Never", "PreemptLowerPriority"),
    value: between(-(2 ** 31), 1_000_000_000),
  },
  "storage.v1.StorageClass": {
    reclaimPolicy: DELETION,
    volumeBindingMode: words("Immediate", "WaitForFirstConsumer"),
  },
};

/** Fields that stand for each other. Source: as above. */
export const CHOICES: Readonly<Record<string, Choice>> = {
  "autoscaling.v2.MetricSpec": {
    of: [["containerResource"], ["external"], ["object"], ["pods"], ["resource"]],
    by: "type",
  },
  "autoscaling.v2.MetricTarget": { of: [["averageUtilization"], ["averageValue"], ["value"]] },
  "core.v1.EnvFromSource": { of: [["configMapRef"], ["secretRef"]] },
  "core.v1.EnvVarSource": {
    of: [["configMapKeyRef"], ["fieldRef"], ["fileKeyRef"], ["resourceFieldRef"], ["secretKeyRef"]],
  },
  "core.v1.LifecycleHandler": { of: [...HANDLERS, ["sleep"]] },
  "core.v1.Probe": { of: [...HANDLERS, ["grpc"]] },
  "networking.v1.IngressBackend": { of: [["resource"], ["service"]] },
  "networking.v1.IngressServiceBackend": { of: [["port"]] },
  "networking.v1.NetworkPolicyPeer": { of: [["ipBlock"], ["namespaceSelector", "podSelector"]] },
  "networking.v1.ServiceBackendPort": { of: [["name"], ["number"]] },
  "policy.v1.PodDisruptionBudgetSpec": { of: [["minAvailable"], ["maxUnavailable"]], optional: true },
};

const PREFIX = /^io\.k8s\.(?:api|apimachinery\.pkg\.apis)\./;

interface Constraints {
  readonly checks: readonly (readonly [field: string, check: Check])[];
  readonly choice: Choice | undefined;
}

const cache = new Map<string, Constraints>();

/** What is wrong with a value of a definition beyond the published schema. */
export function checkConstraints(cursor: Cursor, definition: string, problems: SchemaProblem[]): void {
  const { checks, choice } = constraintsOf(definition);
  for (const [field, check] of checks) {
    const at = cursor.get(field);
    for (const each of Array.isArray(at.value) ? at.items() : [at]) {
      const problem = each.isSet ? check(each) : undefined;
      if (problem !== undefined) problems.push(problem);
    }
  }
  if (choice !== undefined && isRecord(cursor.value)) problems.push(...checkChoice(cursor, choice));
}

/** Kept by the name in full, because it is asked for every value. */
function constraintsOf(definition: string): Constraints {
  const known = cache.get(definition);
  if (known !== undefined) return known;
  const name = definition.replace(PREFIX, "");
  const checks = Object.entries((Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined) ?? {});
  const constraints = { checks, choice: Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined };
  cache.set(definition, constraints);
  return constraints;
}

function checkChoice(cursor: Cursor, { of, optional = false, by = "" }: Choice): SchemaProblem[] {
  const set = of.flatMap((fields) => fields.find((field) => cursor.get(field).isSet) ?? []);
  const field = fieldOf(cursor);
  const type = cursor.get(by);
  const [first = ""] = set;
  if (set.length === 1 && type.text !== undefined && type.text.toLowerCase() !== first.toLowerCase()) {
    return [
      { rule: "exclusive-fields", at: type, sentence: `${by} of ${field} is ${type.text}, but it has ${first}.` },
    ];
  }
  if (set.length === 1 || (optional && set.length === 0)) return [];
  if (set.length === 0) {
    const wanted = of.flat();
    const sentence = `${field} has ${wanted.length === 1 ? "no" : "none of"} ${listed(wanted)}.`;
    return [{ rule: "exclusive-fields", at: cursor, sentence }];
  }
  const at = cursor.get(set.at(-1) ?? "");
  return [{ rule: "exclusive-fields", at, sentence: `${field} has both ${listed(set)}.`, hint: "Keep one of them." }];
}
