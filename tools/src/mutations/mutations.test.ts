import { expect, test } from "bun:test";
import { join } from "node:path";
import { loadMutations } from "./load.ts";
import { applyEdit } from "./mutation.ts";

const root = join(import.meta.dir, "../../..");

// `bun run mutate` takes hours: that an edit no longer fits its source is seen here.
test("every mutation fits its source, and names a test file that is there", async () => {
  const problems: string[] = [];
  for (const { name, mutation } of await loadMutations(join(root, "tools/mutations"))) {
    if (!(await Bun.file(join(root, mutation.test.file)).exists())) problems.push(`${name}: no ${mutation.test.file}`);
    const texts = new Map<string, string>();
    for (const edit of mutation.edits) {
      const applied = applyEdit(texts.get(edit.file) ?? (await Bun.file(join(root, edit.file)).text()), edit);
      if ("reason" in applied) problems.push(`${name}: ${applied.reason}`);
      else texts.set(edit.file, applied.text);
    }
  }
  expect(problems).toEqual([]);
});
