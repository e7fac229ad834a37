// What stands in From when mail leaves a regular account, and what else stays as it was.

import { Outbox, SettingsService } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Postroom } from '../kit/postroom.js';

const FOREIGN = [
  'Message-ID: <kept@office.example>',
  'From: Andy <andy@private.example>',
  'To: olga@out.example',
  'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=',
  'Date: Fri, 20 Nov 2026 11:59:00 +0100',
  'X-Odd:   folded',
  '\tline ',
  '',
  'Body.',
].join('\r\n');

describe('the From of outgoing mail', () => {
  let postroom: Postroom;

  beforeEach(async () => {
    postroom = await Postroom.start();
  });
  afterEach(() => postroom.stop());

  const set = (key: string, value: unknown, ...path: readonly string[]): Promise<unknown> =>
    postroom.service(SettingsService).edit('test', [{ path: ['accounts', 'company', ...path, key], value }]);

  it('becomes the shared address with the name of the user; all else stays, octet for octet', async () => {
    await set('isp-regular.fromName', 'Andrew Smith', 'users', 'andrew');
    await postroom.submit('andrew', ['olga@out.example'], FOREIGN);
    await postroom.round();
    const [sent] = postroom.isp.outgoing;
    const text = sent?.octets.toString('latin1') ?? '';
    expect(text).to.match(/^From: Andrew Smith <mail@company\.example>\r$/m);
    expect(text).to.not.include('andy@private.example');
    const [before = '', after = ''] = FOREIGN.split('From: Andy <andy@private.example>\r\n');
    expect(text).to.include(`${before}${after}`);
  });

  it('is refused where the account says so: the mail program hears why, and nothing is stored', async () => {
    await set('isp-regular.foreignFrom', 'refuse');
    expect(await postroom.submit('andrew', ['olga@out.example'], FOREIGN)).to.match(
      /^550 5\.7\.1 .*andy@private\.example is not an address of this account/,
    );
    expect(await postroom.service(Outbox).list()).to.deep.equal([]);
    expect(await postroom.run('held.list')).to.deep.equal([]);
    expect(await postroom.submit('andrew', ['olga@out.example'], FOREIGN.replace('andy@private.example', 'mail@company.example'))).to.match(
      /^250 /,
    );
  });

  it('lets the answer find the user by the name that was sent', async () => {
    await set('isp-regular.fromName', 'Andrew Smith', 'users', 'andrew');
    postroom.isp.mailbox('mail').put('To: Andrew Smith <mail@company.example>\r\nFrom: olga@out.example\r\nSubject: Answer\r\n\r\nx\r\n');
    await postroom.round();
    expect(await postroom.subjects('andrew')).to.deep.equal(['Answer']);
  });
});
