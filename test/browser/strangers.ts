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
  context.commands.register('dogs.ask', ({ account }) => ({
    found: 'The dogs of ' + account + ' like straw.',
    seen: [{ dog: '<b>Rex</b>', nights: 3 }],
    barks: 12,
    proposal: { 'dogs.kennel': '4711' },
  }));
  context.hooks.onSort.tap('sniff', (plan, mail) => {
    const subject = mail.header('Subject') ?? '';
    if (subject.includes('bone')) throw new Error('A bone.');
    return subject.includes('cat') ? plan.hold('It smells of cat.') : plan;
  });
}
`;

const ASK = {
  command: 'dogs.ask',
  title: 'Where do the dogs sleep?',
  reads: true,
  scope: 'account',
  arguments: { properties: { account: { type: 'string' } }, required: ['account'] },
  result: {
    properties: {
      found: { type: 'string', title: 'Found' },
      barks: { type: 'integer' },
      seen: {
        type: 'array',
        title: 'Seen',
        items: { properties: { dog: { title: 'Dog' }, nights: { type: 'integer', title: 'Nights' } } },
      },
    },
  },
};

/** A plugin with settings of every scope, a sort tap, a status card, a log column, a question about accounts and a kind of them. */
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
          'dogs.yard': { type: 'string', scope: 'account', accountKind: 'pack', title: 'Yard', description: 'Where the pack runs.' },
          'dogs.bites': { type: 'boolean', default: false, scope: 'user', title: 'Bites this user' },
        },
      },
      taps: [{ hook: 'onSort', name: 'sniff', stage: 'filter', onError: 'skip' }],
      commands: [{ command: 'dogs.card', title: 'Do dogs bark?', reads: true }, ASK],
      accountKinds: [{ kind: 'pack', title: 'Pack of dogs', description: 'Mail is barked at.', owns: 'address', requires: ['dogs.yard'] }],
      statusCards: [{ id: 'dogs', title: 'Dogs', command: 'dogs.card' }],
      logColumns: [{ id: 'dogs', title: 'Dogs', field: 'dogs' }],
    },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'plugin.js'), DOGS);
  return folder;
}
