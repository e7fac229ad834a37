// Headers as hosts hand them out, from the ISP to a mail program: by real POP3 on both sides.
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { DOMAIN, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const BOM = '\ufeff';
const TRACE = 'Received: from out.example ([192.0.2.7])\r\n\tby mx.isp.example with ESMTP id 1;\r\n\tFri, 20 Nov 2026 12:00:00 +0100\r\n';
const REST = 'From: Olga <olga@out.example>\r\nSubject: Case\r\nDate: Fri, 20 Nov 2026 12:00:00 +0100\r\n';
const TO = `To: lisa@${DOMAIN}\r\n`;
const BODY = 'Hello.\r\n.\r\nBye.\r\n';
const SHOWN = ['From', 'Subject', 'Date'];

/** The fields down to the first line that is none, unfolded, and what stands behind. */
function strictly(text: string): { readonly names: readonly string[]; readonly body: string } {
  const [header = ''] = /^(?:[!-9;-~]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*/.exec(text) ?? [];
  return { names: [...header.matchAll(/^([!-9;-~]+):/gm)].map(([, name = '']) => name), body: text.slice(header.length) };
}

describe('mail with a broken header', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const broken: readonly (readonly [what: string, text: string])[] = [
    ['a byte order mark in front', `${BOM}${TRACE}${TO}${REST}\r\n${BODY}`],
    ['empty lines in front', `\r\n\r\n${TRACE}${TO}${REST}\r\n${BODY}`],
    [
      'the line of an mbox file and a mark behind it',
      `From olga@out.example Fri Nov 20 12:00:00 2026\r\n${BOM}${TRACE}${TO}${REST}\r\n${BODY}`,
    ],
    ['a damaged field', `${TRACE}X Spam Report: none,\r\n\ttests=0\r\nX Spam Score: 0\r\n${TO}${REST}\r\n${BODY}`],
    ['no empty line before the body', `${TRACE}${TO}${REST}${BODY}`],
  ];
  for (const [what, text] of broken)
    it(`comes with ${what}: the mail program finds From, Subject and Date, and the text`, async () => {
      office.isp.mailbox('post').put(text);
      await office.round();
      const [copy, ...more] = await office.pickUp('lisa');
      expect(more).to.have.length(0);
      expect(copy?.size, 'announced by LIST').to.equal(copy?.text.length);
      const { names, body } = strictly(copy?.text ?? '');
      expect(names).to.include.members(SHOWN);
      expect(names[0]).to.equal('Received');
      expect(body).to.equal(`\r\n${BODY}`);
      const client = await office.pop3('lisa');
      expect(await client.askMultiline('TOP 1 1')).to.equal(`${(copy?.text ?? '').slice(0, -body.length)}\r\nHello.\r\n`);
      await client.ask('QUIT');
      await client.rest();
    });

  it('keeps a message without any header whole, for ADMIN1', async () => {
    const text = 'Hello lisa,\r\nthis is all.\r\n\r\nOlga\r\n';
    office.isp.mailbox('post').put(text);
    await office.round();
    const [copy] = await office.pickUp('admin1');
    expect(copy?.size).to.equal(copy?.text.length);
    expect(strictly(copy?.text ?? '').body).to.equal(`\r\n${text}`);
  });

  it('shows the same after it was sorted again', async () => {
    office.isp.mailbox('post').put(`${BOM}${TRACE}X Y: z\r\nTo: nobody@${DOMAIN}\r\n${REST}${BODY}`);
    await office.round();
    const [first] = await office.pickUp('admin1');
    const [found] = await office.run<readonly { readonly message: string }[]>('trace', { query: 'Case', limit: 1 });
    await office.run('mailboxes.move', { message: found?.message, user: 'lisa' });
    const [moved] = await office.pickUp('lisa');
    expect(moved?.size).to.equal(moved?.text.length);
    const from = (text = ''): string => text.slice(text.indexOf('X-Postroom-Damaged-Line'));
    expect(from(moved?.text)).to.equal(from(first?.text)).and.to.include('X-Postroom-Damaged-Line: X Y: z\r\n');
  });

  it('goes out mended, as long as was announced', async () => {
    const text = `${BOM}From: andrew <${REGULAR}>\r\nTo: ruth@customer.example\r\nSubject: The minutes\r\nof last week\r\nDate: Fri, 20 Nov 2026 12:00:00 +0100\r\n\r\nHello.`;
    expect(await office.submit('andrew', ['ruth@customer.example'], text)).to.match(/^250/);
    expect(await office.round()).to.include({ sent: 1 });
    const sent = String(office.isp.outgoing[0]?.octets);
    expect(strictly(sent).names).to.include.members(['From', 'To', 'Subject', 'Date']);
    expect(sent).to.include('\r\nSubject: The minutes\r\n of last week\r\n').and.to.not.include(BOM);
  });
});
