import { lineAt, type TextFile } from "../files.ts";
import type { Finding } from "../step.ts";

interface Rule {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly sentence: string;
  /** Checked in this file only. */
  readonly only?: string;
}

/** The marker that allows a line: `wording: allow` and the reason in brackets. */
const MARKER = /wording: allow \([^)]+\)/;

const RULES: readonly Rule[] = [
  {
    rule: "machine-path",
    // Not after a word, a dot or a slash: then it is a part of an URL or of a longer path.
    pattern:
      /(?<![\w./-])\/(?:work|root|Users)\/[\w.-]+|(?<![\w./-])\/home\/(?!bun\b|node\b|nonroot\b)[\w.-]{2,}|\/tmp\/spike\b/g,
    sentence: "is a path of somebody's machine; write it relative to the repository.",
  },
  {
    rule: "registry-host",
    pattern:
      /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|\bfiles\.pythonhosted\.org\b|\bpypi\.org\b|\bproxy\.golang\.org\b/g,
    sentence: "is the host of a package registry; the package manager's own settings name it.",
  },
  {
    rule: "registry-host",
    pattern: /https?:\/\/[^\s"]+/g,
    sentence: "stands in the lockfile, which then works with that registry only.",
    only: "bun.lock",
  },
];

/** The repository speaks of the product alone: no path of a machine, no host of a package registry. */
export function checkWording(files: readonly TextFile[]): Finding[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    return RULES.filter(({ only }) => only === undefined || only === path).flatMap(({ rule, pattern, sentence }) =>
      [...text.matchAll(pattern)]
        .map(({ index, 0: match }) => ({
          file: path,
          line: lineAt(text, index),
          rule,
          sentence: `${match} ${sentence}`,
        }))
        .filter(({ line }) => !MARKER.test(lines[line - 1] ?? "")),
    );
  });
}
