import { Glob } from "bun";
import { dirname, join } from "node:path";
import type { Bundle, CheckOptions } from "../check.ts";
import { checkManifests } from "../check.ts";
import type { LiveFacts, ServiceFacts, VariableFact } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { readBundles } from "../input/read.ts";

const CORPUS = join(import.meta.dir, "../../corpus");
/** The comment at the end of a line in which a finding must stand. */
const MARKER = "# <-";

/** One seeded fault: a file, or a folder with a kustomization. */
export interface Fault {
  readonly rule: string;
  readonly name: string;
  readonly path: string;
  /** What a user would say, from the first line. */
  readonly sentence: string;
  /** `file:line` of every place where the rule must fire; empty for what has no line of its own. */
  readonly places: readonly string[];
}

/** Services as the faults about environments know them. */
export const SERVICES: readonly ServiceFacts[] = [
  {
    service: "user-service",
    probePaths: ["/health"],
    startupSeconds: 171,
    shutdownSeconds: 25,
    variables: [
      variable("MONGO_URI", { required: true, secret: true }, /^mongodb:\/\//, "must begin with mongodb://"),
      variable("PORT", {}, /^\d+$/, "must be a whole number"),
      variable("DRAIN_DELAY_MS", {}, /^\d+$/, "must be a whole number"),
      variable("LOG_LEVEL", {}, /^(?:debug|info|warn|error)$/, "must be one of debug, info, warn, error"),
      variable("NODE_ENV", {}, /^(?:development|production)$/, "must be one of development, production"),
    ],
  },
];

/** All faults of the corpus, in order. */
export async function listFaults(): Promise<Fault[]> {
  const files = [...new Glob("**/*.yaml").scanSync(CORPUS)].sort();
  const paths = new Set(files.map((file) => file.split("/").slice(0, 2).join("/")));
  return Promise.all([...paths].map((path) => readFault(path, files)));
}

async function readFault(path: string, files: readonly string[]): Promise<Fault> {
  const [rule = "", name = ""] = path.split("/");
  const isFolder = !name.endsWith(".yaml");
  const opening = await Bun.file(join(CORPUS, isFolder ? `${path}/kustomization.yaml` : path)).text();
  const sentence = /^# (.+)\n/.exec(opening)?.[1] ?? "";
  const places: string[] = [];
  for (const file of files.filter((each) => each === path || each.startsWith(`${path}/`))) {
    const lines = (await Bun.file(join(CORPUS, file)).text()).split("\n");
    lines.forEach((line, index) => {
      if (line.trimEnd().endsWith(MARKER)) places.push(`${join(CORPUS, file)}:${index + 1}`);
    });
  }
  return { rule, name: name.replace(/\.yaml$/, ""), path: join(CORPUS, path), sentence, places };
}

/** Reads one fault with the facts of its running services, if it brings some. */
export async function loadFault(fault: Fault): Promise<{ bundles: Bundle[]; options: CheckOptions }> {
  const bundles = await readBundles([fault.path], { standardInput: async () => "", environment: process.env });
  const liveFile = Bun.file(join(dirname(fault.path), `${fault.name}.live.json`));
  const live = (await liveFile.exists()) ? ((await liveFile.json()) as LiveFacts[]) : [];
  return { bundles, options: { services: SERVICES, live } };
}

/** The findings of one fault, with every rule at its own level. */
export async function findingsOf(fault: Fault): Promise<readonly Finding[]> {
  const { bundles, options } = await loadFault(fault);
  return checkManifests(bundles, options).findings;
}

function variable(
  name: string,
  { required = false, secret = false }: { required?: boolean; secret?: boolean },
  form: RegExp,
  sentence: string,
): VariableFact {
  return {
    name,
    required,
    secret,
    parse(text) {
      if (!form.test(text)) throw new Error(sentence);
      return text;
    },
  };
}
