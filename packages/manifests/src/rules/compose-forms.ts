import { type ComposeService, literalText } from "../model/compose.ts";
import { type Cursor, isRecord } from "../model/cursor.ts";
import { closest } from "../model/words.ts";
import type { Problem } from "../rule.ts";
import { isImage } from "./images.ts";

/** Fields of parts of a service in the compose specification. */
const PART_FIELDS: Readonly<Record<string, readonly string[]>> = {
  build: [
    ...["additional_contexts", "args", "cache_from", "cache_to", "context", "dockerfile", "dockerfile_inline"],
    ...["entitlements", "extra_hosts", "isolation", "labels", "network", "no_cache", "platforms", "privileged"],
    ...["provenance", "pull", "sbom", "secrets", "shm_size", "ssh", "tags", "target", "ulimits"],
  ],
  deploy: [
    ...["endpoint_mode", "labels", "mode", "placement", "replicas", "resources", "restart_policy"],
    ...["rollback_config", "update_config"],
  ],
  healthcheck: ["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"],
};
const HEALTH_TIMES = ["interval", "start_interval", "start_period", "timeout"];
const DURATION = /^(?:0|(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d|w))+)$/;
const LISTS = ["ports", "expose", "volumes", "devices", "profiles"];
const PULL_POLICY = /^(?:always|never|missing|if_not_present|build|refresh|daily|weekly|every_\w+)$/;

/** Values of a service that compose cannot read. */
export function* formFaults({ name, cursor }: ComposeService): Generator<Problem> {
  for (const [part, known] of Object.entries(PART_FIELDS)) yield* misspeltFields(cursor.get(part), known, part);
  for (const at of LISTS.map((field) => cursor.get(field))) {
    if (at.isSet && !Array.isArray(at.value))
      yield {
        at,
        sentence: `${String(at.path.at(-1))} of ${name} is not a list.`,
        hint: "Begin each item with a dash.",
      };
  }
  const times = HEALTH_TIMES.map((field) => cursor.get("healthcheck", field));
  for (const at of [...times, cursor.get("stop_grace_period")]) {
    const text = at.text ?? at.number?.toString();
    if (text === undefined || text.includes("$") || (at.number === undefined && DURATION.test(text))) continue;
    const sentence = `${String(at.path.at(-1))} of ${name} is ${text}, which is not a duration with a unit.`;
    yield { at, sentence, hint: "Use a duration such as 30s." };
  }
  const [first] = cursor.items("healthcheck", "test");
  if (first?.text !== undefined && !["CMD", "CMD-SHELL", "NONE"].includes(first.text))
    yield {
      at: first,
      sentence: `The healthcheck test of ${name} begins with "${first.text}".`,
      hint: "Begin the test with CMD, CMD-SHELL or NONE.",
    };
  const policy = literalText(cursor.get("pull_policy"));
  if (policy !== undefined && !PULL_POLICY.test(policy))
    yield { at: cursor.get("pull_policy"), sentence: `pull_policy of ${name} is "${policy}", which is not valid.` };
  const image = literalText(cursor.get("image"));
  if (image !== undefined && !isImage(image))
    yield { at: cursor.get("image"), sentence: `"${image}" is not a valid image name (${name}).` };
  if (cursor.get("network_mode").isSet && cursor.get("networks").isSet)
    yield { at: cursor.get("network_mode"), sentence: `${name} has both network_mode and networks.` };
  yield* environmentFaults(name, cursor.get("environment"));
  yield* mountFaults(name, cursor.get("volumes"));
}

/** Fields of a map that resemble one of the specification: newer ones pass, and so do extensions. */
export function* misspeltFields(map: Cursor, known: readonly string[], owner: string): Generator<Problem> {
  for (const { name, cursor } of map.fields()) {
    const guess = known.includes(name) || name.startsWith("x-") ? undefined : closest(name, known);
    if (guess !== undefined)
      yield { at: cursor, sentence: `${name} is not a field of ${owner} (did you mean ${guess}?).` };
  }
}

function* environmentFaults(name: string, environment: Cursor): Generator<Problem> {
  for (const { name: variable, cursor } of environment.fields()) {
    if (isRecord(cursor.value) || Array.isArray(cursor.value))
      yield { at: cursor, sentence: `${variable} of ${name} must be a single value.` };
  }
  for (const at of environment.items()) {
    if (/^[^=]*: /.test(at.text ?? ""))
      yield { at, sentence: `An item in the environment of ${name} uses a colon.`, hint: "Use NAME=value." };
  }
}

function* mountFaults(name: string, volumes: Cursor): Generator<Problem> {
  const seen = new Set<string>();
  for (const at of volumes.items()) {
    const target = (at.get("target").text ?? targetOf(at.text ?? ""))?.replace(/(?<=.)\/$/, "");
    if (target === undefined) continue;
    if (seen.has(target))
      yield { at, sentence: `${name} mounts ${target} twice: the last one wins, or the file is rejected.` };
    seen.add(target);
  }
}

/** `/data` of `./data:/data:ro`; not known for a text with variables. */
function targetOf(text: string): string | undefined {
  return text.includes("$") ? undefined : /(?:^|:)(\/[^:]*)(?::[a-zA-Z,]+)?$/.exec(text)?.[1];
}
