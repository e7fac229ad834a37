// What waits at an ISP: asked of the plugin that collects the account.
import type { CommandCall } from '@postroom/sdk';
import { expect } from 'chai';
import { WaitingMail } from '#plugins/platform/review/dist/waitingMail.js';
import { failureOf } from '../../../kit/failureOf.js';
import { ACCOUNTS, TestResorting } from './support.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('mail that waits at an ISP', () => {
  const asked: unknown[] = [];
  const waiting = (...commands: readonly string[]): WaitingMail => {
    const catalogue = {
      withRole: (role: string, via?: string) => {
        asked.push([role, via]);
        return commands.map((command) => ({ command })) as never;
      },
      run: async (command: string, args: unknown) => {
        asked.push([command, args]);
        return [
          { uidl: 'new', bytes: 20, header: base64('Subject: New\r\n') },
          { uidl: 'hidden', bytes: 10 },
          { uidl: 'old', bytes: 30, header: base64('Subject: Old\r\n') },
        ];
      },
    };
    return new WaitingMail(catalogue, ACCOUNTS, new TestResorting(() => []));
  };
  beforeEach(() => void asked.splice(0));

  it('is listed by the command with that role, of the plugin that collects the account', async () => {
    const listed = await waiting('pop3.waiting').list('company', 5, CALL);
    expect(listed.map(({ uidl }) => uidl)).to.deep.equal(['new', 'hidden', 'old']);
    expect(asked).to.deep.equal([
      ['waiting-mail', 'pop3'],
      ['pop3.waiting', { account: 'company', limit: 5 }],
    ]);
  });

  it('is seen as taps would see it, in its order, but for what the ISP does not show', async () => {
    const views = (await waiting('pop3.waiting').views('company', 5, CALL)) as unknown as readonly { readonly text: string }[];
    expect(views.map(({ text }) => text)).to.deep.equal(['Subject: New\r\n', 'Subject: Old\r\n']);
  });

  it('is unknown where no active plugin shows it, and the error says for which accounts', async () => {
    expect((await failureOf(waiting().list('company', 5, CALL))).message).to.equal(
      'No active plugin shows what waits at the ISP of accounts that are collected by "pop3". "postroom plugins list" says which are active.',
    );
    expect((await failureOf(waiting().list('nowhere', 5, CALL))).message).to.include('of any account.');
  });
});
