import { runSeeds, type SeedRange } from "./run-seeds.ts";

declare const self: Worker;

// One thread of `bun run simulate`: runs the ranges that it is sent, one after another.
self.addEventListener("message", (event: MessageEvent<SeedRange>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  self.postMessage(runSeeds(event.data));
});
