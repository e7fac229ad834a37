// Holds the licence of every package that is installed against a list: what is shipped has to be free for everybody to pass on, and what only builds
// and tests may also be copyleft by the file. Ends with 1 and says which packages are neither.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = ['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0'];
const TOOLS = [...SHIPPED, 'MPL-2.0', 'PSF-2.0'];

/** Whether an SPDX expression of names, AND, OR and brackets can be kept with licences of the list. */
export function isAllowed(expression, allowed) {
  const words = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  const any = () => {
    let is = all();
    while (words[0] === 'OR') {
      words.shift();
      const other = all();
      is ||= other;
    }
    return is;
  };
  const all = () => {
    let is = one();
    while (words[0] === 'AND') {
      words.shift();
      const other = one();
      is &&= other;
    }
    return is;
  };
  const one = () => {
    const word = words.shift();
    if (word !== '(') return allowed.includes(word);
    const is = any();
    return words.shift() === ')' && is;
  };
  const is = any();
  return words.length === 0 && is;
}

/** The packages of a lock file that the list does not allow, each in a line. `root`: the folder of the lock file. */
export function forbidden(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([place, entry]) => {
    const isInstalled = place.includes('node_modules/') && !entry.link && existsSync(path.join(root, place, 'package.json'));
    if (!isInstalled) return [];
    const declared = entry.license ?? JSON.parse(readFileSync(path.join(root, place, 'package.json'), 'utf8')).license ?? 'none';
    const licence = typeof declared === 'string' ? declared : JSON.stringify(declared);
    return isAllowed(licence, entry.dev ? TOOLS : SHIPPED)
      ? []
      : [`${place.replace(/^.*node_modules\//, '')} ${entry.version}: ${licence}`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = forbidden(fileURLToPath(new URL('..', import.meta.url)));
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.stdout.write(
    lines.length === 0 ? 'Every licence is on the list.\n' : 'Not on the list of scripts/licences.mjs. Take another package.\n',
  );
  process.exitCode = lines.length === 0 ? 0 : 1;
}
