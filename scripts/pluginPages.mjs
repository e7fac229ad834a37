// Fills the generated parts of docs/plugins: declarations and stages from the SDK as built, tables from plugin.schema.json. `--check` compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAGES } from '@postroom/sdk';

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

let stale = 0;
const docs = path.join(root, 'docs', 'plugins');
for (const entry of readdirSync(docs, { recursive: true }).filter((name) => name.endsWith('.md'))) {
  const file = path.join(docs, entry);
  const text = readFileSync(file, 'utf8');
  const filled = text.replace(
    /(<!-- (api|stages|schema) ([^>]*?) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_whole, begin, part, names, end) => `${begin}\n${parts[part](...names.split(' '))}\n\n${end}`,
  );
  if (filled === text) continue;
  stale += 1;
  if (process.argv.includes('--check'))
    process.stderr.write(`docs/plugins/${String(entry)} does not fit the SDK. Run "node scripts/pluginPages.mjs".\n`);
  else writeFileSync(file, filled);
}
process.exitCode = stale > 0 && process.argv.includes('--check') ? 1 : 0;
