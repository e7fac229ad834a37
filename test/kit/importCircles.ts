// Files that import each other, directly or by way of others: neither can be read, tested or moved without the other.
import type { SourceFile } from './sourceFiles.js';

/** Each circle once, as it was walked into: `core/a -> core/b -> core/a`. Imports from outside `files` end a walk. */
export function importCircles(files: readonly SourceFile[]): readonly string[] {
  const importsOf = new Map(files.map((file) => [moduleOf(file.name), file.imports.map(moduleOf)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name);
    if (at >= 0) {
      circles.push([...way.slice(at), name].join(' -> '));
      return;
    }
    if (done.has(name)) return;
    for (const imported of importsOf.get(name) ?? []) {
      walk(imported, [...way, name]);
    }
    done.add(name);
  };
  for (const name of importsOf.keys()) {
    walk(name, []);
  }
  return circles;
}

/** An import says `.js` of a page's part too, which is `.tsx`. */
function moduleOf(name: string): string {
  return name.replace(/\.tsx?$/, '');
}
