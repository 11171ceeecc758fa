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

/** The Kubernetes objects of a document. */
export function readResources(document: SourceDocument): Resource[] {
  return objectsOf(new Cursor(document, document.value)).flatMap(readResource);
}

/** What has to be Kubernetes objects: the document itself, or the items of a `List`. */
export function objectsOf(root: Cursor): Cursor[] {
  const isList = /^(?:\w+)?List$/.test(root.get("kind").text ?? "") && Array.isArray(root.get("items").value);
  return isList ? root.items("items") : [root];
}

/** Empty when it is no Kubernetes object. */
export function readResource(root: Cursor): Resource[] {
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
