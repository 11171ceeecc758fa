import { CliError } from "../errors.ts";
import { type Holder, lockHolder } from "../lock.ts";
import type { ProcessRef } from "../process-ref.ts";

/** For who may not begin before the holder has ended. */
export const atWork = ({ pid, task = "up" }: Holder): CliError =>
  new CliError(`${task} is at work on this data (pid ${pid}).`, { tries: ["the same when it has ended"] });

/**
 * The `up` that holds a lock; undefined when nobody does.
 * @throws {CliError} when another command works on the data
 */
export async function supervisorOf(path: string): Promise<ProcessRef | undefined> {
  const holder = await lockHolder(path);
  if (holder?.task !== undefined) throw atWork(holder);
  return holder;
}
