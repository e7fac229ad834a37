// The product's sources as text, for tests that read them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root. Built tests lie in test/dist/kit. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface SourceFile {
  /** From the root, with slashes: `core/flow/messageFlow.ts`. */
  readonly name: string;
  readonly text: string;
  /** What it imports or re-exports from: `node:net`, `@postroom/sdk`; files of ours by name: `core/base/log.ts`. */
  readonly imports: readonly string[];
}

/** TypeScript below a folder of the project, without builds and dependencies. */
export function sourcesIn(folder: string): readonly SourceFile[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((entry) => path.posix.join(folder, entry.split(path.sep).join('/')))
    .filter((name) => /\.tsx?$/.test(name) && !/\/(dist|node_modules)\//.test(name) && !name.endsWith('.d.ts'))
    .map((name) => {
      const text = readFileSync(path.join(ROOT, name), 'utf8');
      return { name, text, imports: importsOf(name, text) };
    });
}

function importsOf(name: string, text: string): readonly string[] {
  const specifiers = [...text.matchAll(/^\s*(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)];
  return specifiers.map(([, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? '';
    return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(name), specifier).replace(/\.js$/, '.ts') : specifier;
  });
}
