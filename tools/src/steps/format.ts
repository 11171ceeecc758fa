import { commandStep } from "./command-step.ts";

/** TypeScript, JSON, YAML, HTML and CSS; what `.gitignore` and `.prettierignore` name is left alone. */
export const format = commandStep({
  name: "format",
  ensures: "sources are as `bun fmt` writes them",
  command: [process.execPath, "fmt", "--list-different"],
  wayOut: "These files are formatted otherwise: `bun fmt` rewrites them.",
  limitMinutes: 2,
});
