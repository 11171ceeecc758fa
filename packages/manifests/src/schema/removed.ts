/** An API version that Kubernetes no longer serves. Source: the deprecated API migration guide of Kubernetes. */
export interface RemovedApi {
  readonly apiVersion: string;
  readonly kinds: readonly string[];
  /** The minor version that stopped serving it. */
  readonly removedIn: number;
  /** What to write now, as the end of a sentence. */
  readonly replacement: string;
}

const workloads = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

const REMOVED_APIS: readonly RemovedApi[] = [
  { apiVersion: "extensions/v1beta1", kinds: workloads, removedIn: 16, replacement: "apps/v1" },
  { apiVersion: "apps/v1beta1", kinds: workloads, removedIn: 16, replacement: "apps/v1" },
  { apiVersion: "apps/v1beta2", kinds: workloads, removedIn: 16, replacement: "apps/v1" },
  { apiVersion: "extensions/v1beta1", kinds: ["NetworkPolicy"], removedIn: 16, replacement: "networking.k8s.io/v1" },
  { apiVersion: "extensions/v1beta1", kinds: ["Ingress"], removedIn: 22, replacement: "networking.k8s.io/v1" },
  ...["extensions/v1beta1", "policy/v1beta1"].map((apiVersion) => ({
    apiVersion,
    kinds: ["PodSecurityPolicy"],
    removedIn: 25,
    replacement: "the label pod-security.kubernetes.io/enforce on the Namespace",
  })),
  beta("networking.k8s.io", ["Ingress", "IngressClass"], 22),
  beta("rbac.authorization.k8s.io", ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"], 22),
  beta("admissionregistration.k8s.io", ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], 22),
  beta("apiextensions.k8s.io", ["CustomResourceDefinition"], 22),
  beta("apiregistration.k8s.io", ["APIService"], 22),
  beta("certificates.k8s.io", ["CertificateSigningRequest"], 22),
  beta("coordination.k8s.io", ["Lease"], 22),
  beta("scheduling.k8s.io", ["PriorityClass"], 22),
  beta("storage.k8s.io", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], 22),
  beta("batch", ["CronJob"], 25),
  beta("discovery.k8s.io", ["EndpointSlice"], 25),
  beta("events.k8s.io", ["Event"], 25),
  beta("node.k8s.io", ["RuntimeClass"], 25),
  beta("policy", ["PodDisruptionBudget"], 25),
  beta("storage.k8s.io", ["CSIStorageCapacity"], 27),
  ...(["v2beta1", "v2beta2"] as const).map((version, index) => ({
    apiVersion: `autoscaling/${version}`,
    kinds: ["HorizontalPodAutoscaler"],
    removedIn: 25 + index,
    replacement: "autoscaling/v2",
  })),
  ...(
    [
      ["v1beta1", 26],
      ["v1beta2", 29],
      ["v1beta3", 32],
    ] as const
  ).map(([version, removedIn]) => ({
    apiVersion: `flowcontrol.apiserver.k8s.io/${version}`,
    kinds: ["FlowSchema", "PriorityLevelConfiguration"],
    removedIn,
    replacement: "flowcontrol.apiserver.k8s.io/v1",
  })),
];

/** The entry for a resource, when the given minor version does not serve it any more. */
export function findRemovedApi(apiVersion: string, kind: string, minor: number): RemovedApi | undefined {
  return REMOVED_APIS.find(
    (removed) => removed.apiVersion === apiVersion && removed.kinds.includes(kind) && removed.removedIn <= minor,
  );
}

function beta(group: string, kinds: readonly string[], removedIn: number): RemovedApi {
  return { apiVersion: `${group}/v1beta1`, kinds, removedIn, replacement: `${group}/v1` };
}
