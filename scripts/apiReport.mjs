// The API of the SDK as one text for each entry point: the declarations, without comments, in the order in which they are reached. Committed, so
// that a change of the API is visible in a diff. `--check` compares and writes nothing. Needs a build.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('../sdk/', import.meta.url));
const { exports: entries, version } = JSON.parse(readFileSync(path.join(sdk, 'package.json'), 'utf8'));
const MODULE = /(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g;

/** Files that an entry reaches, itself last: what it builds on stands before it. */
function reached(file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const further = [...text.matchAll(MODULE)].flatMap(([, name]) => reached(path.resolve(path.dirname(file), `${name}.d.ts`), seen));
  return [...further, file];
}

function declarationsOf(file) {
  return readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/^import .*$/gm, '')
    .replace(/\bimport\("[^"]+"\)\./g, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

function report(name, files) {
  const parts = files.map((file) => `// ${path.relative(path.join(sdk, 'dist'), file).split(path.sep).join('/')}\n${declarationsOf(file)}`);
  const module = name === '.' ? '@postroom/sdk' : `@postroom/sdk${name.slice(1)}`;
  return `# ${module}, API ${version}\n\nMade by \`node scripts/apiReport.mjs\`.\n\n\`\`\`ts\n${parts.join('\n\n')}\n\`\`\`\n`;
}

const check = process.argv.includes('--check');
const typed = Object.entries(entries).filter(([, entry]) => entry.types !== undefined);
/** What an entry tells, those after it don't tell again. */
const told = new Set();
let stale = 0;
mkdirSync(path.join(sdk, 'api'), { recursive: true });
for (const [name, entry] of typed) {
  const file = path.join(sdk, 'api', `${name === '.' ? 'index' : name.slice(2).replaceAll('/', '-')}.api.md`);
  const files = reached(path.join(sdk, entry.types)).filter((each) => !told.has(each));
  for (const each of files) told.add(each);
  settle(file, report(name, files));
}
settle(path.join(sdk, 'README.md'), await withErrorCodes(readFileSync(path.join(sdk, 'README.md'), 'utf8')));
process.exitCode = stale === 0 ? 0 : 1;

/** The README with its table of error codes as the SDK has them. */
async function withErrorCodes(text) {
  const { ERROR_CODES } = await import('@postroom/sdk');
  const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return text.replace(/(<!-- codes -->\n)[\s\S]*(<!-- \/codes -->)/, `$1| code | meaning |\n| --- | --- |\n${rows.join('\n')}\n$2`);
}

/** Writes a file, or counts it as stale where it should be another. */
function settle(file, text) {
  if (!check) {
    writeFileSync(file, text);
  } else if (read(file) !== text) {
    stale += 1;
    const name = path.relative(path.dirname(sdk), file);
    process.stderr.write(`${name} does not fit the SDK as built. Run "node scripts/apiReport.mjs" and commit the change.\n`);
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
