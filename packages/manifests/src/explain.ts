import type { Rule } from "./rule.ts";
import { findRule, RULES } from "./rules/table.ts";

/**
 * What a rule finds and why, with a wrong and a right example, as text for a terminal.
 * @throws {RangeError} when there is no such rule
 */
export function explainRule(id: string): string {
  const { title, level, why, wrong, right } = findRule(id);
  return [`${id} (${level})`, `${title}.`, "", why, "", "Wrong:", indent(wrong), "", "Right:", indent(right), ""].join(
    "\n",
  );
}

/** One line a rule: id, level, title. */
export function listRules(): readonly Pick<Rule, "id" | "level" | "title">[] {
  return RULES.map(({ id, level, title }) => ({ id, level, title }));
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
