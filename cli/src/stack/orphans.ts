import { join } from "node:path";
import type { Talk } from "../output/talk.ts";
import { type ServiceName, serviceNames, type StackLayout } from "./layout.ts";
import { endProcess, processesEndingWith } from "../process-ref.ts";
import { livingProcesses, stopOrder, type StackState } from "./state.ts";
import { STOP_MAX_MS } from "./unit.ts";

type Living = ReturnType<typeof livingProcesses>;

/** The last words of a service's command line, which tell what it belongs to: the service itself reads none. */
export const unitMark = (name: ServiceName, layout: StackLayout): readonly string[] => [
  `--unit=${name}-service`,
  `--stack=${layout.dataDir}`,
];

/**
 * Ends what a supervisor left behind when it was killed: services first, then mongod. A process counts as ours by its
 * number and the time of its birth, or by its command line, never by its number alone.
 */
export function endOrphans(layout: StackLayout, state: StackState | undefined, talk: Talk): Promise<number> {
  return endAll([...(state === undefined ? [] : livingProcesses(state)), ...unknownProcesses(layout)], talk);
}

/** Ends a mongod that a killed `backup` or `restore` had started and left behind. */
export const endStrayMongod = (layout: StackLayout, talk: Talk): Promise<number> =>
  endAll(
    unknownProcesses(layout).filter(({ name }) => name === "mongod"),
    talk,
  );

async function endAll(all: Living, talk: Talk): Promise<number> {
  const byPid = new Map(all.map((one) => [one.process.pid, one]));
  const living = [...byPid.values()].sort((a, b) => stopOrder.indexOf(a.name) - stopOrder.indexOf(b.name));
  for (const { name, process: ref } of living) {
    const wasForced = await endProcess(ref, STOP_MAX_MS);
    talk.done(`${name} (pid ${ref.pid}) stopped${wasForced ? " by force" : ""}`);
  }
  return living.length;
}

/** What was started just before its supervisor was killed, and so may not stand in the state. */
function unknownProcesses(layout: StackLayout): Living {
  const marks = [
    ...serviceNames.map((name) => [`${name}-service`, unitMark(name, layout)] as const),
    ["mongod", ["--dbpath", join(layout.mongodDir, "db")]] as const,
  ];
  return marks.flatMap(([name, mark]) => processesEndingWith(mark.join(" ")).map((process) => ({ name, process })));
}
