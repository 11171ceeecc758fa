import { CliError } from "../errors.ts";
import { type Holder, lockHolder } from "../lock.ts";
import { isStopped, type ProcessRef } from "../process-ref.ts";
import type { StackLayout } from "./layout.ts";

/** For who may not begin before the holder has ended. */
export const atWork = ({ pid, task = "up" }: Holder): CliError =>
  new CliError(`${task} is working on this data (pid ${pid}).`, { tries: ["the same command once it has finished"] });

/**
 * The `up` that holds a lock; undefined when nobody does.
 * @throws {CliError} when another command works on the data
 */
export async function supervisorOf(path: string): Promise<ProcessRef | undefined> {
  const holder = await lockHolder(path);
  if (holder?.task !== undefined) throw atWork(holder);
  return holder;
}

/** Why nobody watches over what runs, and what to do about it; undefined where its supervisor does. */
export async function whyUnwatched(
  layout: StackLayout,
): Promise<{ readonly supervisor: string; readonly fix: string } | undefined> {
  const holder = await lockHolder(layout.lockFile);
  if (holder === undefined) return { supervisor: "was killed", fix: `ordersctl up${layout.option}   (takes over)` };
  if (!isStopped(holder)) return undefined;
  return {
    supervisor: "is stopped by a signal, as Ctrl-Z sends one",
    fix: `kill -CONT ${holder.pid}   (or fg in its terminal)`,
  };
}
