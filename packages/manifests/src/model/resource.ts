import type { SourceDocument } from "../yaml/document.ts";
import { Cursor } from "./cursor.ts";

/** One Kubernetes object. */
export interface Resource {
  readonly root: Cursor;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty when none is set and for kinds that live in no namespace. */
  readonly namespace: string;
  /** `Deployment shop/web`: how sentences name it. */
  readonly title: string;
}

const CLUSTER_KINDS = new Set([
  ...["ClusterRole", "ClusterRoleBinding", "IngressClass", "Namespace", "PersistentVolume", "PriorityClass"],
  ...["StorageClass", "CustomResourceDefinition", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
]);

/** Whether objects of this kind live in a namespace; kinds without a schema are taken to. */
export function isNamespaced(kind: string): boolean {
  return !CLUSTER_KINDS.has(kind);
}

/** The objects of a document: itself, or the items of a `List`; empty when it is no Kubernetes object. */
export function readResources(document: SourceDocument): Resource[] {
  const root = new Cursor(document, document.value);
  if (/^(?:\w+)?List$/.test(root.get("kind").text ?? "") && Array.isArray(root.get("items").value)) {
    return root.get("items").items().flatMap(readResource);
  }
  return readResource(root);
}

function readResource(root: Cursor): Resource[] {
  const apiVersion = root.get("apiVersion").text;
  const kind = root.get("kind").text;
  if (apiVersion === undefined || kind === undefined) return [];
  const metadata = root.get("metadata");
  const name = metadata.get("name").text ?? metadata.get("generateName").text ?? "";
  const namespace = isNamespaced(kind) ? (metadata.get("namespace").text ?? "") : "";
  return [
    { root, apiVersion, kind, name, namespace, title: `${kind} ${namespace === "" ? name : `${namespace}/${name}`}` },
  ];
}
