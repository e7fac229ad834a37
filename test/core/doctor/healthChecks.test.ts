// What plugins answer to the doctor, whatever that is.
import '#core/base/injection.js';
import type { CommandCall, CommandDeclaration } from '@postroom/sdk';
import type { Accounts } from '@postroom/sdk/services';
import { expect } from 'chai';
import { checkHealth } from '#core/doctor/healthChecks.js';
import { DefaultCommandRegistry } from '#core/host/commandRegistry.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const accounts = { all: [{ id: 'company' }] } as unknown as Accounts;

describe('what plugins tell the doctor', () => {
  const visit = async (declared: Partial<CommandDeclaration>, answer: () => unknown): ReturnType<typeof checkHealth> => {
    const registry = new DefaultCommandRegistry();
    registry.declare('acme.x', [{ command: 'x.health', title: 'How is X?', role: 'health-check', ...declared }], true);
    registry.register('acme.x', 'x.health', answer);
    return checkHealth(accounts, registry, CALL);
  };

  it('is shown under the name that they give, and of accounts under the account', async () => {
    const rows = [
      { check: 'sending', state: 'well', text: 'Nobody sends.' },
      { account: 'company', state: 'warning', text: 'Slow.' },
      { account: 'gone', state: 'problem', text: 'Dead.' },
    ];
    expect(await visit({ check: 'sending for' }, () => rows)).to.deep.equal({
      server: [{ check: 'sending', state: 'well', text: 'Nobody sends.' }],
      accounts: [{ check: 'sending for company', state: 'warning', text: 'Slow.' }],
    });
  });

  it('is a warning where it makes no sense, and offers no action', async () => {
    const rows = [{ state: 'splendid', text: 7, actions: [{ title: 'Click', command: 'users.remove', args: {} }] }, 'x', null];
    expect((await visit({}, () => rows)).server).to.deep.equal([{ check: 'How is X?', state: 'warning', text: 'It said nothing.' }]);
    expect(await visit({}, () => 'all is well')).to.deep.equal({ server: [], accounts: [] });
  });

  it('does not end the visit where it fails', async () => {
    const { server } = await visit({}, () => {
      throw new Error('no idea');
    });
    expect(server).to.deep.equal([
      { check: 'How is X?', state: 'warning', text: 'It could not be looked at: The command x.health of acme.x failed: no idea' },
    ]);
  });

  it('is not asked for where a command has another role', async () => {
    expect(await visit({ role: 'licence-status' }, () => [{ text: 'x' }])).to.deep.equal({ server: [], accounts: [] });
  });
});
