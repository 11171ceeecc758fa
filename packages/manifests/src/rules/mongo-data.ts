import { posix } from "node:path";
import type { ComposeFile } from "../model/compose.ts";
import { type Cursor, isRecord } from "../model/cursor.ts";
import { parseImage } from "../model/image.ts";
import type { ResourceSet } from "../model/resource-set.ts";
import { type Container, isLasting } from "../model/workload.ts";
import type { Problem, Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";

const MONGO_IMAGE = /(?:^|\/)(?:mongo|mongodb(?:-(?:community|enterprise)-server)?|percona-server-mongodb)$/;
/** A command that starts one: not a word in a sentence, nor one that ends by itself, such as `mongod --version`. */
const MONGOD =
  /(?:^|[\s/;&|"'(])mongod(?:\s*$|\s*[;&|"')]|\s+(?!--(?:help|repair|shutdown|version)(?:\s|["';&|)]|$))[-$>\\])/;
const DATA_PATH = /--dbpath[ =](\S+)/;
const CONFIG_FILE = /(?:^|\s)(?:-f|--config)[ =]/;

/** Where a mongod keeps its data. */
interface DataPlace {
  readonly owner: string;
  readonly volume: string;
  /** The same for two that have one folder of one volume. */
  readonly key: string;
  readonly at: Cursor;
}

export const mongoData: Rule = {
  id: "mongo-data-shared",
  level: "error",
  title: "Every database has a volume of its own",
  why: "A mongod locks its data directory: the second one ends with DBPathInUse, and on a network file system that ignores the lock it destroys the data of the first.",
  wrong: "user-db: { volumes: ['data:/data/db'] }\norder-db: { volumes: ['data:/data/db'] }",
  right: "user-db: { volumes: ['user-data:/data/db'] }\norder-db: { volumes: ['order-data:/data/db'] }",
  *check(set) {
    const places = [...placesOfContainers(set)];
    yield* shared(places.map(({ place }) => place));
    // Two files of one project may each be meant without the other.
    for (const file of set.composeProjects.flatMap(({ files }) => files)) yield* shared(placesOfServices(file));
    for (const { container, place } of places) {
      const { title, root } = container.workload.resource;
      const replicas = root.get("spec", "replicas").number ?? 1;
      if (replicas < 2) continue;
      yield { at: place.at, sentence: `The ${replicas} replicas of ${title} all keep their data in ${place.volume}.` };
    }
  },
};

function* shared(places: Iterable<DataPlace>): Generator<Problem> {
  const first = new Map<string, DataPlace>();
  for (const place of places) {
    const other = first.get(place.key);
    first.set(place.key, other ?? place);
    if (other === undefined) continue;
    const sentence = `${place.owner} keeps its data in ${place.volume}, and so does ${other.owner.replace(/^The /, "the ")}.`;
    yield { at: place.at, sentence, hint: "Give each database a volume of its own." };
  }
}

function* placesOfContainers(set: ResourceSet): Generator<{ container: Container; place: DataPlace }> {
  for (const container of containersOf(set)) {
    const place = placeOfContainer(container);
    if (place !== undefined) yield { container, place };
  }
}

/** In a claim that the manifests name: those of volumeClaimTemplates belong to one pod each. */
function placeOfContainer(container: Container): DataPlace | undefined {
  const { cursor, role, workload } = container;
  const isOff = workload.resource.root.get("spec", "replicas").number === 0;
  if (role === "init" || !isLasting(workload) || isOff) return undefined;
  const words = [...cursor.textItems("command"), ...cursor.textItems("args")];
  const path = dataPath(cursor.get("image").text, words.join(" "));
  const mounts = cursor.items("volumeMounts").map((at) => ({ at, target: at.get("mountPath").text ?? "" }));
  const mount = mountOf(path, mounts);
  const volume = workload.podSpec.items("volumes").find((each) => each.get("name").text === mount?.at.get("name").text);
  const at = volume?.get("persistentVolumeClaim", "claimName");
  if (mount === undefined || at?.text === undefined || mount.at.get("subPathExpr").isSet) return undefined;
  const { namespace } = workload.resource;
  const key = posix.join(namespace, at.text, mount.at.get("subPath").text ?? "", mount.rest);
  return { owner: `The ${titleOf(container)}`, volume: at.text, key, at };
}

function* placesOfServices({ root, services }: ComposeFile): Generator<DataPlace> {
  const oneOff = services.flatMap(({ dependencies }) => dependencies).filter(isUntilTheEnd);
  for (const { name, cursor } of services) {
    if (isElsewhere(cursor) || oneOff.some((dependency) => dependency.path.at(-1) === name)) continue;
    const words = [cursor.get("entrypoint"), cursor.get("command")].flatMap((at) => at.text ?? at.textItems());
    const mount = mountOf(dataPath(cursor.get("image").text, words.join(" ")), mountsOf(cursor));
    if (mount === undefined) continue;
    const isPath = /^[./~]/.test(mount.source);
    const volume = isPath
      ? posix.join(mount.source, ".")
      : (root.get("volumes", mount.source, "name").text ?? mount.source);
    const key = `${isPath ? "path" : "volume"} ${posix.join(volume, mount.folder, mount.rest)}`;
    yield { owner: name, volume, key, at: mount.at };
  }
}

/** Whether a service is started when the one that it depends on has ended. */
function isUntilTheEnd(dependency: Cursor): boolean {
  return dependency.get("condition").text === "service_completed_successfully";
}

/** Services of profiles may stand for each other, and those with a placement each have the volume of their machine. */
function isElsewhere(service: Cursor): boolean {
  const copies = service.get("deploy", "replicas").number ?? service.get("scale").number;
  return service.get("profiles").isSet || service.get("deploy", "placement").isSet || copies === 0;
}

function mountsOf(service: Cursor) {
  return service.items("volumes").flatMap((at) => {
    const groups = isRecord(at.value)
      ? { source: at.get("source").text, target: at.get("target").text, folder: at.get("volume", "subpath").text }
      : /^(?<source>[^:$]+):(?<target>\/[^:$]*)(?::[a-zA-Z,]+)?$/.exec(at.text ?? "")?.groups;
    const { source, target, folder = "" } = groups ?? {};
    return source === undefined || target === undefined || source.includes("$") ? [] : [{ at, source, target, folder }];
  });
}

/** The data directory of a mongod; `undefined` for another program and where a variable or a file decides. */
function dataPath(image: string | undefined, words: string): string | undefined {
  const isDefault = words === "" || words.startsWith("-");
  if (isDefault ? !MONGO_IMAGE.test(parseImage(image ?? "").name) : !MONGOD.test(words)) return undefined;
  if (!DATA_PATH.test(words) && CONFIG_FILE.test(words)) return undefined;
  // Bitnami's image mounts its volume at a place of its own.
  const path = DATA_PATH.exec(words)?.[1] ?? (image?.includes("bitnami/") ? "/bitnami/mongodb/data/db" : "/data/db");
  return path.includes("$") ? undefined : posix.join(path, ".");
}

/** The innermost mount that holds a path, and the rest of the path in it. */
function mountOf<Mount extends { readonly target: string }>(path: string | undefined, mounts: readonly Mount[]) {
  return mounts
    .map((mount) => ({ ...mount, rest: posix.relative(mount.target, path ?? "") }))
    .filter(({ rest }) => path !== undefined && !rest.startsWith(".."))
    .sort((one, other) => one.rest.length - other.rest.length)[0];
}
