import data from "./kubernetes.json" with { type: "json" };

/** The keywords of JSON Schema that the vendored definitions use; `$ref` holds the name of a definition. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

/** Each definition in its forms, with the minor versions that have it. */
type Definitions = Readonly<Record<string, readonly (readonly [minors: readonly number[], schema: Schema])[]>>;

const definitions = data.definitions as unknown as Definitions;
const kinds: Readonly<Record<string, string>> = data.kinds;

/** The schema of one kind, by its apiVersion and kind. */
export function schemaOfKind(apiVersion: string, kind: string): Schema | undefined {
  const name = Object.hasOwn(kinds, `${apiVersion}/${kind}`) ? kinds[`${apiVersion}/${kind}`] : undefined;
  return name === undefined ? undefined : { $ref: name };
}

/** @throws Error when the vendored file does not hold what it refers to */
export function definitionOf(name: string, minor: number): Schema {
  const schema = definitions[name]?.find(([minors]) => minors.includes(minor))?.[1];
  if (schema === undefined) throw new Error(`The vendored schemas lack ${name} of 1.${minor}.`);
  return schema;
}

/** Every apiVersion that has this kind. */
export function apiVersionsOf(kind: string): string[] {
  return Object.keys(kinds)
    .filter((id) => id.endsWith(`/${kind}`))
    .map((id) => id.slice(0, -kind.length - 1));
}

/** Kinds of Kubernetes that have no vendored schema, by API. Source: the API reference of Kubernetes. */
const OTHER_KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: ["Endpoints", "Event", "Node", "PodTemplate", "ReplicationController"],
  "admissionregistration.k8s.io/v1": [
    ...["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration"],
    ...["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"],
  ],
  "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
  "apiregistration.k8s.io/v1": ["APIService"],
  "apps/v1": ["ControllerRevision"],
  "certificates.k8s.io/v1": ["CertificateSigningRequest"],
  "coordination.k8s.io/v1": ["Lease"],
  "discovery.k8s.io/v1": ["EndpointSlice"],
  "events.k8s.io/v1": ["Event"],
  "flowcontrol.apiserver.k8s.io/v1": ["FlowSchema", "PriorityLevelConfiguration"],
  "networking.k8s.io/v1": ["IPAddress", "ServiceCIDR"],
  "node.k8s.io/v1": ["RuntimeClass"],
  "resource.k8s.io/v1": ["DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"],
  "storage.k8s.io/v1": ["CSIDriver", "CSINode", "CSIStorageCapacity", "VolumeAttachment", "VolumeAttributesClass"],
};

/** Whether Kubernetes has this kind, with a schema here or without. */
export function isOfKubernetes(apiVersion: string, kind: string): boolean {
  const others = Object.hasOwn(OTHER_KINDS, apiVersion) ? OTHER_KINDS[apiVersion] : undefined;
  return schemaOfKind(apiVersion, kind) !== undefined || others?.includes(kind) === true;
}

/** The names of all kinds that have a schema. */
export function knownKinds(): string[] {
  return Object.keys(kinds).map((id) => id.slice(id.lastIndexOf("/") + 1));
}
