import { commandStep } from "./command-step.ts";

export const types = commandStep({
  name: "types",
  ensures: "TypeScript finds no error, tests included",
  command: [process.execPath, "node_modules/typescript/bin/tsc", "--noEmit", "--pretty", "false", "-p", "."],
  limitMinutes: 5,
});
