import type { Command } from "commander";
import { readInteger } from "./numbers.ts";
import type { View } from "./output/printer.ts";
import { count } from "./output/text.ts";
import type { Tools } from "./tools.ts";

/** Options of every list. */
export interface PageOptions {
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
}

/** A page as the services answer it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | undefined;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1000;

export const addPageOptions = (command: Command): Command =>
  command
    .option("--limit <number>", `how many at most, up to ${LIMIT_MAX} (default ${LIMIT_DEFAULT})`)
    .option("--cursor <cursor>", "go on where an earlier page ended")
    .option("--all", "every page; tables appear page by page");

/**
 * Prints one page, or all of them, holding one page in memory at a time where the format allows.
 * @param noun singular, for the words around it
 */
export async function printPages<Item>(
  options: PageOptions,
  {
    view,
    noun,
    read,
  }: { view: View<Item>; noun: string; read(limit: number, cursor: string | undefined): Promise<Page<Item>> },
  { printer, talk }: Tools,
): Promise<void> {
  const limit =
    options.limit === undefined
      ? options.all === true
        ? LIMIT_MAX
        : LIMIT_DEFAULT
      : readInteger("--limit", options.limit, { minimum: 1, maximum: LIMIT_MAX });
  const { items, nextCursor } = await read(limit, options.cursor);
  if (options.all !== true) {
    printer.list(items, view);
    if (items.length === 0) talk.say(`No ${noun}s.`);
    if (nextCursor !== undefined)
      talk.hint(`${count(items.length, noun)}, and there are more: --cursor ${nextCursor}   or   --all`);
    return;
  }
  if (["json", "yaml", "jsonpath"].includes(printer.format.kind)) {
    const everything = [...items];
    for (let cursor = nextCursor; cursor !== undefined;) {
      const page = await read(limit, cursor);
      everything.push(...page.items);
      cursor = page.nextCursor;
    }
    return printer.list(everything, view);
  }
  let total = items.length;
  printer.list(items, view);
  for (let cursor = nextCursor; cursor !== undefined;) {
    const page = await read(limit, cursor);
    printer.list(page.items, view);
    total += page.items.length;
    cursor = page.nextCursor;
  }
  talk.hint(count(total, noun));
}
