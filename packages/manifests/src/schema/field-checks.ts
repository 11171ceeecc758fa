import { isIP } from "node:net";
import type { Cursor } from "../model/cursor.ts";
import { parseQuantity } from "../model/quantity.ts";
import { didYouMean, listed } from "../model/words.ts";
import type { SchemaProblem } from "./problem.ts";

/** What a field must be besides its type; `undefined` when it is. */
export type Check = (at: Cursor) => SchemaProblem | undefined;

/** One of a few words; empty is the same as none. */
export function words(...known: readonly string[]): Check {
  return (at) => {
    if (!at.text || known.includes(at.text) || isFilledIn(at.text)) return undefined;
    const sentence = `${fieldOf(at)} is "${at.text}"${didYouMean(at.text, known)}.`;
    return { rule: "known-word", at, sentence, hint: `Allowed: ${listed(known)}.` };
  };
}

/** A number between two, both included. */
export function between(least: number, most = Number.POSITIVE_INFINITY): Check {
  return (at) => {
    if (at.number === undefined || (at.number >= least && at.number <= most)) return undefined;
    const hint =
      most === Number.POSITIVE_INFINITY ? `The minimum is ${least}.` : `It must be between ${least} and ${most}.`;
    return { rule: "number-range", at, sentence: `${fieldOf(at)} is ${at.number}.`, hint };
  };
}

/** A text of some form. */
export function form(wanted: string, pattern: RegExp | ((text: string) => boolean)): Check {
  return (at) => {
    if (at.text === undefined || isFilledIn(at.text)) return undefined;
    if (typeof pattern === "function" ? pattern(at.text) : pattern.test(at.text)) return undefined;
    return { rule: "field-form", at, sentence: `${fieldOf(at)} is "${at.text}", which is not ${wanted}.` };
  };
}

/** Whether a program puts something in before the manifests are applied. */
export function isFilledIn(text: string): boolean {
  return text.includes("${");
}

/** Amounts of what a container has: others need the domain of whoever offers them. */
export function amounts(at: Cursor): SchemaProblem | undefined {
  const known = ["cpu", "memory", "ephemeral-storage"];
  const wrong = at
    .fields()
    .find(({ name }) => !known.includes(name) && !name.startsWith("hugepages-") && !/^[^/]+\/[^/]+$/.test(name));
  if (wrong === undefined) return wholeDevices(at);
  const sentence = `${wrong.name} is not a container resource${didYouMean(wrong.name, known)}.`;
  return { rule: "known-word", at: wrong.cursor, sentence, hint: `Allowed: ${listed(known)}, or DOMAIN/NAME.` };
}

/** Devices and the like, whose names have a domain, come in whole numbers. */
function wholeDevices(at: Cursor): SchemaProblem | undefined {
  const part = at.fields().find(({ name, cursor }) => isDevice(name) && (parseQuantity(cursor.value) ?? 0) % 1 !== 0);
  if (part === undefined) return undefined;
  const sentence = `${part.name} is ${String(part.cursor.value)}, which is not a whole number.`;
  return { rule: "quantity", at: part.cursor, sentence };
}

/** Whether a resource of a container is one that others offer, such as `nvidia.com/gpu`. */
export const isDevice = (name: string): boolean => name.includes("/") && !name.includes("kubernetes.io/");

const QUOTA_NAMES: readonly string[] = [
  ...["cpu", "memory", "ephemeral-storage"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  ...["requests.storage", "persistentvolumeclaims", "pods", "services", "services.loadbalancers", "services.nodeports"],
  ...["configmaps", "secrets", "replicationcontrollers", "resourcequotas"],
];

/** What a ResourceQuota can limit: other names are written as `count/deployments.apps`, or have a domain. */
export function quotaNames(at: Cursor): SchemaProblem | undefined {
  const wrong = at
    .fields()
    .find(({ name }) => !QUOTA_NAMES.includes(name) && !name.includes("/") && !/^(?:requests\.)?hugepages-/.test(name));
  if (wrong === undefined) return undefined;
  const sentence = `${wrong.name} is not a resource that a quota can limit${didYouMean(wrong.name, QUOTA_NAMES)}.`;
  return {
    rule: "known-word",
    at: wrong.cursor,
    sentence,
    hint: "To limit the number of objects, write count/RESOURCE.GROUP.",
  };
}

/** `10.0.0.0/8` */
export function isBlock(text: string): boolean {
  const [address = "", length = ""] = text.split("/", 2);
  const version = isIP(address);
  return version > 0 && /^\d+$/.test(length) && Number(length) <= (version === 4 ? 32 : 128);
}

/** Whether it is a zone of the IANA database, as far as this machine has it. */
export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).format() !== "" && /^[A-Z]/i.test(text);
  } catch {
    return false;
  }
}

/** The nearest field of a map above the value, as sentences name it. */
export function fieldOf(at: Cursor): string {
  return at.path.findLast((step) => typeof step === "string") ?? "The resource";
}
