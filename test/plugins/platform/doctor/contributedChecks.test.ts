// The doctor asks those who contribute a check, and goes on where one of them fails.
import type { AccountView } from '@postroom/sdk';
import { expect } from 'chai';
import { contributedChecks } from '#plugins/platform/doctor/dist/contributedChecks.js';

const CALL = { author: 'test', signal: new AbortController().signal, progress: () => undefined };

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
    expect(await contributedChecks({ entries: { of }, commands: { run }, accounts }, false, CALL)).to.deep.equal([
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
    const found = await contributedChecks({ entries, commands: { run }, accounts }, false, CALL);
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
    await contributedChecks({ entries, commands: { run }, accounts }, false, CALL);
    expect(asked.splice(0)).to.deep.equal(['sky.check', 'near.check']);
    await contributedChecks({ entries, commands: { run }, accounts }, true, CALL);
    expect(asked).to.deep.equal(['sky.check', 'far.check', 'near.check']);
  });
});
