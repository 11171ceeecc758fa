import { historyView } from "../../resources/orders.ts";
import type { Tools } from "../../tools.ts";
import type { Verb } from "../../verb.ts";

interface HistoryOptions {
  readonly id: string;
}

export const historyVerb: Verb<HistoryOptions> = {
  usage: "history <id>",
  summary: "Show what happened to an order, when, and by whom",
  examples: ["ordersctl orders history 65f1c0ffee0123456789abcd"],
  run: async ({ id }: HistoryOptions, { session, printer }: Tools) => {
    printer.list((await (await session.client()).orders.get(id)).history, historyView);
  },
};
