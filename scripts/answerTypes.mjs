// Makes the types of the manager's page from what commands and routes declare to answer: plugins/admin-ui/web/answers.generated.ts. Needs a build.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROUTE_ANSWERS } from '#plugins/admin-ui/dist/server/routeAnswers.js';
import { declarationOf } from './schemaTypes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
export const ANSWER_TYPES = path.join(root, 'plugins', 'admin-ui', 'web', 'answers.generated.ts');

/** The commands that the product's plugins declare, in whatever folder below plugins/ they lie. */
function commandsOfPlugins() {
  const plugins = path.join(root, 'plugins');
  const manifests = readdirSync(plugins, { recursive: true }).filter(
    (name) => path.basename(name) === 'package.json' && !/(^|[\\/])(dist|node_modules)[\\/]/.test(name),
  );
  return manifests.flatMap((name) => JSON.parse(readFileSync(path.join(plugins, name), 'utf8')).contributes?.commands ?? []);
}

/** `outbox.list` -> OutboxList, `GET /api/settings` -> Settings, `PUT /api/settings` -> PutSettings. */
function typeName(name) {
  const words = name
    .replace(/^GET /, '')
    .replace(/^[A-Z]+/, (method) => method.toLowerCase())
    .replace('/api/', '')
    .split(/[^A-Za-z0-9]+/);
  return words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join('');
}

export function answerTypes() {
  // No server has those that work on the caller's files alone.
  const ofServer = commandsOfPlugins().filter(({ local }) => local !== true);
  const commands = ofServer.sort((one, other) => (one.command < other.command ? -1 : 1));
  const routes = Object.entries(ROUTE_ANSWERS);
  refuseSameNames([...commands.map(({ command }) => command), ...routes.map(([route]) => route)]);
  const parts = [
    ...commands.map(({ command, title, result }) => declarationOf(typeName(command), result, `${command}: ${title}`)),
    mapOf(
      'Answers',
      'By command.',
      commands.map(({ command }) => command),
    ),
    ...routes.map(([route, schema]) => declarationOf(typeName(route), schema, route)),
    mapOf(
      'RouteAnswers',
      'By method and path.',
      routes.map(([route]) => route),
    ),
  ];
  return [
    '// What commands and routes answer: made from their schemas by scripts/answerTypes.mjs ("npm run docs"), and not to be edited.',
    "import type { Schema } from './api/schema.js';",
    '',
    parts.join('\n'),
  ].join('\n');
}

/** Two interfaces of one name would become one. */
function refuseSameNames(names) {
  const taken = new Map();
  for (const name of names) {
    const other = taken.get(typeName(name));
    if (other !== undefined) throw new Error(`${name} and ${other} would both be ${typeName(name)}Answer: rename one.`);
    taken.set(typeName(name), name);
  }
}

function mapOf(name, doc, keys) {
  const members = keys.map((key) => `  readonly ${/^[a-z]+$/.test(key) ? key : `'${key}'`}: ${typeName(key)}Answer;\n`);
  return `/** ${doc} */\nexport interface ${name} {\n${members.join('')}}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(ANSWER_TYPES, answerTypes());
