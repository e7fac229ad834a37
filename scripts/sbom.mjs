// Writes the software bill of materials of what is shipped, in CycloneDX's JSON, to sbom.cdx.json: npm makes it from what is installed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 2 ** 20,
  shell: process.platform === 'win32',
});
const bill = JSON.parse(text);
const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
// npm names it after the folder.
Object.assign(bill.metadata.component, { name, version });

// All packages are asked for, and those for development left out here: with --omit=dev npm forgets some that are for both.
const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const shipped = new Set(
  Object.entries(packages)
    .filter(([place, entry]) => place.includes('node_modules/') && !entry.dev && !entry.link)
    .map(([place, entry]) => `${place.replace(/^.*node_modules\//, '')}@${entry.version}`),
);
const own = bill.metadata.component['bom-ref'];
const isShipped = (reference) => reference === own || shipped.has(reference.split('|')[0]);
bill.components = bill.components.filter((component) => isShipped(component['bom-ref']));
bill.dependencies = bill.dependencies
  .filter(({ ref }) => isShipped(ref))
  .map((entry) => ({ ...entry, dependsOn: (entry.dependsOn ?? []).filter(isShipped) }));

const listed = new Set(bill.components.map((component) => component['bom-ref'].split('|')[0]));
const missing = Object.entries(packages)
  .filter(([place, entry]) => place.includes('node_modules/') && !entry.dev && !entry.optional && !entry.link)
  .map(([place, entry]) => `${place.replace(/^.*node_modules\//, '')}@${entry.version}`)
  .filter((each) => !listed.has(each));
if (missing.length > 0) {
  process.stderr.write(`Not in the bill of materials: ${missing.join(', ')}\n`);
  process.exit(1);
}
writeFileSync(path.join(root, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
process.stdout.write(`sbom.cdx.json lists ${bill.components.length} packages.\n`);
