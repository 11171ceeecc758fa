import type { Cursor } from "../model/cursor.ts";
import { environmentOf, VARIABLE_REFERENCE } from "../model/environment.ts";
import { closest } from "../model/words.ts";
import type { Problem, Rule } from "../rule.ts";
import { containersOf, titleOf } from "./iterate.ts";

const envReference: Rule = {
  id: "env-reference",
  level: "error",
  title: "Variables refer only to variables defined before them",
  why: "Kubernetes does not expand $(NAME) when NAME is misspelt or defined later: the program receives the literal text.",
  wrong: "env: [{ name: URL, value: 'http://$(HOST)' }, { name: HOST, value: web }]",
  right: "env: [{ name: HOST, value: web }, { name: URL, value: 'http://$(HOST)' }]",
  *check(set) {
    for (const container of containersOf(set)) {
      const { variables, given, isComplete } = environmentOf(container, set);
      const title = titleOf(container);
      const entries = container.cursor.items("env");
      const names = new Set(entries.map((entry) => entry.get("name").text));
      const before = new Set<string | undefined>(given);
      for (const entry of entries) {
        const { text: own } = entry.get("name");
        const at = entry.get("value");
        for (const name of referencesIn(at)) {
          if (before.has(name) || !names.has(name)) continue;
          if (name !== own)
            yield {
              at,
              sentence: `${own} of ${title} refers to ${name}, which is defined after it.`,
              hint: `Define ${name} first.`,
            };
          else if (isComplete) yield { at, sentence: `${own} of ${title} refers to itself, but has no earlier value.` };
        }
        before.add(own);
      }
      if (isComplete) yield* misspelt(container.cursor, [...variables.keys()], title);
    }
  },
};

/** A command of a shell such as `$(date)` resembles no variable, though one may be called DATE. */
function* misspelt(container: Cursor, known: readonly string[], title: string): Generator<Problem> {
  for (const at of [...container.items("command"), ...container.items("args")]) {
    for (const name of referencesIn(at)) {
      const guess = known.includes(name) ? undefined : closest(name, known);
      if (guess !== undefined && isLower(name) === isLower(guess))
        yield {
          at,
          sentence: `The ${title} receives $(${name}) unexpanded: there is no such variable (did you mean ${guess}?).`,
        };
    }
  }
}

function isLower(name: string): boolean {
  return name === name.toLowerCase();
}

function referencesIn({ text = "" }: Cursor): string[] {
  return [...text.matchAll(VARIABLE_REFERENCE)].flatMap(([, name]) => name ?? []);
}

export const variableRules: readonly Rule[] = [envReference];
