// The doctor asks those who contribute a check, and goes on where one of them fails.
import type { AccountView } from '@postroom/sdk';
import type { PluginStatus } from '@postroom/sdk/services';
import { expect } from 'chai';
import { contributedChecks } from '#plugins/platform/doctor/dist/contributedChecks.js';

const CALL = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const OWN = ['moon.check', 'sun.check', 'stars.check', 'sky.check', 'far.check', 'near.check', 'sky.clear'];
/** The commands of acme.sky, and one of the server. */
const declarations = [
  ...OWN.map((command) => ({ command, title: command, owner: 'acme.sky' })),
  { command: 'service.stop', title: 'Stop', owner: 'postroom.service-commands' },
];
const plugins = { plugins: [{ id: 'acme.sky', bundled: false }] as unknown as PluginStatus[] };

describe('checks of plugins', () => {
  const accounts = { find: (id: string) => (id === 'company' ? ({ id } as AccountView) : undefined) };
  const of = <T>(point: string): readonly { readonly plugin: string; readonly value: T }[] =>
    point === 'checks'
      ? ['moon.check', 'sun.check', 'stars.check'].map((command) => ({ plugin: 'acme.sky', value: { command } as T }))
      : [];

  it('are asked in their order; one that fails is a problem with its sentence, one that is silent says nothing', async () => {
    const asked: string[] = [];
    const run = async (command: string): Promise<unknown> => {
      asked.push(command);
      if (command === 'moon.check') throw new Error('The moon is behind a cloud.');
      return command === 'sun.check' ? [] : [{ check: 'stars', state: 'warning', text: 'One has fallen.' }];
    };
    expect(await contributedChecks({ entries: { of }, commands: { run, declarations }, accounts, plugins }, false, CALL)).to.deep.equal([
      { check: 'moon.check', state: 'problem', text: 'The moon is behind a cloud.' },
      { check: 'stars', state: 'warning', text: 'One has fallen.' },
    ]);
    expect(asked).to.deep.equal(['moon.check', 'sun.check', 'stars.check']);
  });

  it('about accounts bear their names, and those of accounts that are gone are left out', async () => {
    const entry = { plugin: 'acme.sky', value: { command: 'sky.check', about: 'weather over' } };
    const run = async (): Promise<unknown> => [
      { account: 'company', state: 'well', text: 'Blue.' },
      { account: 'gone', state: 'problem', text: 'Grey.' },
      { check: 'sky', state: 'warning', text: 'It is there.' },
    ];
    const entries = { of: <T>() => [entry as { plugin: string; value: T }] };
    const found = await contributedChecks({ entries, commands: { run, declarations }, accounts, plugins }, false, CALL);
    expect(found).to.deep.equal([
      { check: 'weather over company', state: 'well', text: 'Blue.' },
      { check: 'sky', state: 'warning', text: 'It is there.' },
    ]);
  });

  it('that go to the ISPs are asked only where somebody wants that', async () => {
    const asked: string[] = [];
    const run = async (command: string): Promise<unknown> => {
      asked.push(command);
      return [];
    };
    const values = [{ command: 'sky.check' }, { command: 'far.check', online: true }, { command: 'near.check', online: false }];
    const entries = { of: <T>() => values.map((value) => ({ plugin: 'acme.sky', value: value as T })) };
    await contributedChecks({ entries, commands: { run, declarations }, accounts, plugins }, false, CALL);
    expect(asked.splice(0)).to.deep.equal(['sky.check', 'near.check']);
    await contributedChecks({ entries, commands: { run, declarations }, accounts, plugins }, true, CALL);
    expect(asked).to.deep.equal(['sky.check', 'far.check', 'near.check']);
  });

  it('that name a command of somebody else are not run', async () => {
    const asked: string[] = [];
    const run = async (command: string): Promise<unknown> => {
      asked.push(command);
      return [];
    };
    const entries = { of: <T>() => [{ plugin: 'acme.sky', value: { command: 'service.stop' } as T }] };
    const found = await contributedChecks({ entries, commands: { run, declarations }, accounts, plugins }, false, CALL);
    expect(found.map(({ state, text }) => `${state}: ${text}`)).to.deep.equal([
      'problem: acme.sky names this command as its check, and has no such command. It was not run.',
    ]);
    expect(asked).to.deep.equal([]);
  });

  it('that answer anything else are a problem that names the plugin', async () => {
    for (const answer of [
      undefined,
      'well',
      {},
      [1],
      [{ check: 'sky' }],
      [{ check: 'sky', state: 'blue', text: 'x' }],
      [{ check: 1, state: 'well', text: 'x' }],
    ]) {
      const run = async (): Promise<unknown> => answer;
      const entries = { of: <T>() => [{ plugin: 'acme.sky', value: { command: 'sky.check' } as T }] };
      const found = await contributedChecks({ entries, commands: { run, declarations }, accounts, plugins }, false, CALL);
      expect(found.map(({ state, text }) => `${state}: ${text}`).join(), JSON.stringify(answer)).to.match(
        /^problem: acme\.sky did not answer a list/,
      );
    }
  });

  it('offer the commands of their own plugin as buttons; those of the product offer any', async () => {
    const action = (command: string): object => ({ title: 'Mend it', command, args: {} });
    const actions = [action('sky.clear'), action('service.stop'), null];
    const run = async (): Promise<unknown> => [{ check: 'sky', state: 'problem', text: 'Grey.', actions }];
    const entries = { of: <T>() => [{ plugin: 'acme.sky', value: { command: 'sky.check' } as T }] };
    const offered = async (bundled: boolean): Promise<unknown> => {
      const known = { plugins: [{ id: 'acme.sky', bundled }] as unknown as PluginStatus[] };
      const [found] = await contributedChecks({ entries, commands: { run, declarations }, accounts, plugins: known }, false, CALL);
      return found?.actions?.slice(0, 2);
    };
    expect(await offered(false)).to.deep.equal([action('sky.clear')]);
    expect(await offered(true)).to.deep.equal([action('sky.clear'), action('service.stop')]);
  });
});
