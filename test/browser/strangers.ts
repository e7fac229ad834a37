// Plugins of strangers: one whose manifest attacks, and one that adds to the manager all that a plugin may.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export const ATTACK = '<img src=x onerror=alert(1)>';

export async function evilPlugin(dataDir: string): Promise<void> {
  const folder = path.join(dataDir, 'plugins', 'evil');
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'evil',
    publisher: 'acme',
    version: '1.0.0',
    type: 'module',
    displayName: `Evil ${ATTACK}`,
    description: ATTACK,
    engines: { postroom: '^1.0.0' },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
}

/** Holds cats, and chokes on bones. */
const DOGS = `
export function activate(context) {
  context.commands.register('dogs.card', () => ({ state: 'good', text: 'Ten dogs bark.' }));
  context.hooks.onSort.tap('sniff', (plan, mail) => {
    const subject = mail.header('Subject') ?? '';
    if (subject.includes('bone')) throw new Error('A bone.');
    return subject.includes('cat') ? plan.hold('It smells of cat.') : plan;
  });
}
`;

/** A plugin with settings of every scope, a sort tap, a status card and a log column. */
export async function dogsPlugin(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'postroom-dogs-'));
  const manifest = {
    name: 'dogs',
    publisher: 'acme',
    version: '1.0.0',
    type: 'module',
    main: './plugin.js',
    displayName: 'Dogs',
    description: 'Counts dogs.',
    engines: { postroom: '^1.0.0' },
    contributes: {
      configuration: {
        title: 'Dogs',
        properties: {
          'dogs.count': { type: 'integer', default: 10, title: 'How many dogs bark' },
          'dogs.kennel': { type: 'string', default: 'none', scope: 'account', title: 'Kennel of the account' },
          'dogs.bites': { type: 'boolean', default: false, scope: 'user', title: 'Bites this user' },
        },
      },
      taps: [{ hook: 'onSort', name: 'sniff', stage: 'filter', onError: 'skip' }],
      commands: [{ command: 'dogs.card', title: 'Do dogs bark?', reads: true }],
      statusCards: [{ id: 'dogs', title: 'Dogs', command: 'dogs.card' }],
      logColumns: [{ id: 'dogs', title: 'Dogs', field: 'dogs' }],
    },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'plugin.js'), DOGS);
  return folder;
}
