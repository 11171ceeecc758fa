import { type Node, parseSync, Visitor } from "oxc-parser";
import { lineAt } from "../files.ts";

export interface FileCoverage {
  readonly path: string;
  /** Lines that can run. */
  readonly lines: number;
  /** Lines that did. */
  readonly hits: number;
}

/** Reads an lcov report; the paths stand as the report gives them. */
export function readLcov(text: string): FileCoverage[] {
  return text
    .split("end_of_record")
    .map((record) => {
      const path = /^SF:(.+)$/m.exec(record)?.[1];
      const counts = [...record.matchAll(/^DA:\d+,(\d+)/gm)].map(([, count]) => Number(count));
      return { path, lines: counts.length, hits: counts.filter((count) => count > 0).length };
    })
    .filter((record): record is FileCoverage => record.path !== undefined);
}

/**
 * The lines of a source on which a statement begins that would run: what a file weighs that no test has loaded, since
 * a report leaves such a file out. Types, imports and function heads weigh nothing.
 */
export function countRunnableLines(path: string, text: string): number {
  const lines = new Set<number>();
  const add = ({ start }: Node): void => void lines.add(lineAt(text, start));
  new Visitor({
    ExpressionStatement: add,
    VariableDeclaration: (node) => {
      if (node.declare !== true) add(node);
    },
    ReturnStatement: add,
    ThrowStatement: add,
    IfStatement: add,
    ForStatement: add,
    ForOfStatement: add,
    ForInStatement: add,
    WhileStatement: add,
    SwitchStatement: add,
  }).visit(parseSync(path, text).program);
  return lines.size;
}

/** Covered lines in percent; a tree without lines is covered. */
export function percentOf(files: readonly FileCoverage[]): number {
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const hits = files.reduce((sum, file) => sum + file.hits, 0);
  return lines === 0 ? 100 : (hits / lines) * 100;
}
