// Fills the generated parts of docs/plugins (declarations and stages from the SDK as built, tables from plugin.schema.json), of the READMEs of the product's
// plugins, and the list of plugins in docs/architecture.md (from the manifests). `--check` compares.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAGES } from '@postroom/sdk';
import { pluginList, withManifestTable } from './manifestTables.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const schema = JSON.parse(readFileSync(path.join(root, 'sdk', 'plugin.schema.json'), 'utf8'));
const declarations = readdirSync(path.join(root, 'sdk', 'dist'))
  .filter((file) => file.endsWith('.d.ts'))
  .map((file) => readFileSync(path.join(root, 'sdk', 'dist', file), 'utf8'))
  .join('\n');

/** A declaration with the comment above it. */
function declarationOf(name) {
  const found = new RegExp(
    `(?:^/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?^export (?:declare )?(?:interface|type|const|function) ${name}\\b(?:[^\\n]*;$|[\\s\\S]*?^\\};?$)`,
    'm',
  ).exec(declarations);
  if (found === null) throw new Error(`The SDK declares no ${name}.`);
  return found[0].replace(/^export (declare )?/gm, '').replace(/^ {4}/gm, '  ');
}

const parts = {
  api: (...names) => `\`\`\`ts\n${names.map(declarationOf).join('\n\n')}\n\`\`\``,
  stages: (hook) => `Stages, in firing order: ${STAGES[hook].map((stage) => `\`${stage}\``).join(', ')}.`,
  schema: (...names) => tableOf(names.reduce((so, name) => so[name], schema)),
  point: (name) => tableOf(pointOf(name).schema),
};

function untyped({ $ref }) {
  return $ref === undefined ? 'any' : 'ids';
}

function tableOf({ properties, required = [] }) {
  const rows = Object.entries(properties).map(([name, each]) => {
    const values =
      each.enum?.map((value) => `\`${value}\``).join(', ') ?? each.type ?? (each.const === undefined ? untyped(each) : `\`${each.const}\``);
    return `| \`${name}\`${required.includes(name) ? ' (required)' : ''} | ${values} | ${each.description ?? ''} |`;
  });
  return `| property | values | |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

/** The product's plugins, packs included, each with its folder below the root, by the ids. */
function pluginsOf(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['dist', 'node_modules'].includes(entry.name))
    .flatMap(({ name }) => {
      const at = `${folder}/${name}`;
      if (!existsSync(path.join(root, at, 'package.json'))) return [];
      const manifest = JSON.parse(readFileSync(path.join(root, at, 'package.json'), 'utf8'));
      return [{ folder: at, manifest }, ...pluginsOf(at)];
    });
}

const plugins = pluginsOf('plugins');

/** A contribution point, as its owner's manifest has it. */
function pointOf(name) {
  const found = plugins.map(({ manifest }) => manifest.contributionPoints?.[name]).find((point) => point !== undefined);
  if (found === undefined) throw new Error(`No plugin owns the point ${name}.`);
  return found;
}
parts.plugins = () => pluginList(plugins.map(({ folder, manifest }) => ({ manifest, page: `../${folder}/README.md` })));

let stale = 0;
function settle(file, fill) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const filled = fill(text);
  if (filled === text) return;
  stale += 1;
  if (process.argv.includes('--check'))
    process.stderr.write(`${file} does not fit the SDK or the manifests. Run "node scripts/pluginPages.mjs".\n`);
  else writeFileSync(path.join(root, file), filled);
}

function withParts(text) {
  return text.replace(
    /(<!-- (api|stages|schema|point|plugins) ?([^>]*?) ?-->\n)[\s\S]*?(<!-- end -->)/g,
    (_whole, begin, part, names, end) => `${begin}\n${parts[part](...names.split(' '))}\n\n${end}`,
  );
}

const pages = readdirSync(path.join(root, 'docs', 'plugins'), { recursive: true }).filter((name) => name.endsWith('.md'));
for (const page of pages) settle(`docs/plugins/${page.split(path.sep).join('/')}`, withParts);
settle('docs/architecture.md', withParts);
for (const { folder, manifest } of plugins) settle(`${folder}/README.md`, (text) => withManifestTable(text, manifest));
process.exitCode = stale > 0 && process.argv.includes('--check') ? 1 : 0;
