import type { Cursor } from "../model/cursor.ts";
import { environmentOf } from "../model/environment.ts";
import { closest } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";

const REFERENCE = /\$\$|\$\(([-._a-zA-Z][-._a-zA-Z\d]*)\)/g;

const envReference: Rule = {
  id: "env-reference",
  level: "error",
  title: "Variables are made of variables that stand before them",
  why: "Kubernetes leaves $(NAME) as it is when NAME is not known yet or misspelt: the program gets the text with the dollar.",
  wrong: "env: [{ name: URL, value: 'http://$(HOST)' }, { name: HOST, value: web }]",
  right: "env: [{ name: HOST, value: web }, { name: URL, value: 'http://$(HOST)' }]",
  *check(set) {
    for (const container of containersOf(set)) {
      const { variables, isComplete } = environmentOf(container, set);
      const title = titleOf(container);
      const entries = container.cursor.get("env").items();
      const later = entries.map((entry) => entry.get("name").text ?? "");
      const fromElsewhere = [...variables.keys()].filter((name) => !later.includes(name));
      for (const [index, entry] of entries.entries()) {
        const before = [...fromElsewhere, ...later.slice(0, index)];
        for (const name of referencesIn(entry.get("value"))) {
          if (before.includes(name) || !later.includes(name)) continue;
          const sentence = `${later[index]} of ${title} is made of ${name}, which is set after it.`;
          yield { at: entry.get("value"), sentence, hint: `Put ${name} in front.` };
        }
      }
      if (isComplete) yield* misspelt(container.cursor, [...variables.keys()], title);
    }
  },
};

/** A word of a shell such as `$(date)` resembles no variable. */
function* misspelt(container: Cursor, known: readonly string[], title: string): Generator<Problem> {
  for (const at of [...container.get("command").items(), ...container.get("args").items()]) {
    for (const name of referencesIn(at)) {
      const guess = known.includes(name) ? undefined : closest(name, known);
      if (guess !== undefined)
        yield {
          at,
          sentence: `The ${title} gets $(${name}) as it is: there is no such variable (did you mean ${guess}?).`,
        };
    }
  }
}

function referencesIn({ text = "" }: Cursor): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, name]) => name ?? []);
}

export const variableRules: readonly Rule[] = [envReference];
