// Smart hosts that replace the Message-ID of what they send: their answers name ids that never left here.
import type { CheckResult } from '@postroom/sdk';
import '#core/base/injection.js';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';

import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const OLGA = 'olga@far.example';

describe('behind a smart host that replaces Message-IDs', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let number = 0;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  interface Sent {
    readonly id?: string;
    readonly to?: string;
    readonly subject?: string;
    readonly reply?: string;
    readonly more?: readonly string[];
  }
  /** Sends a mail, which the smart host answers so; answers what has left. */
  async function left(
    user: string,
    { id = '<sent-1@company.example>', to = OLGA, subject = 'offer', reply = '250 Great success', more = [] }: Sent,
  ): Promise<string> {
    office.isp.faults.smtp.say('DATA', reply);
    const lines = [`From: ${user} <${REGULAR}>`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: ${id}`, ...more, '', 'Hi'];
    expect(await office.submit(user, [to], lines.join('\r\n'))).to.match(/^250/);
    await office.round();
    return office.isp.outgoing.at(-1)?.octets.toString('latin1') ?? '';
  }

  async function answer(
    header: readonly string[],
    { from = OLGA, subject = 'Re: offer', body = 'Yes.' } = {},
  ): Promise<{ readonly who: string; readonly why: string }> {
    number += 1;
    office.isp.mailbox('mail').put(letter({ from: `<${from}>`, to: REGULAR, subject, id: `answer-${number}@far.example`, header, body }));
    await office.round();
    const [trace] = await office.run<readonly { trail: readonly { reason: string }[]; copies: readonly { mailbox: string }[] }[]>('trace', {
      query: `answer-${number}@far.example`,
    });
    return {
      who: (trace?.copies ?? []).map(({ mailbox }) => mailbox).join(', '),
      why: (trace?.trail ?? []).map(({ reason }) => reason).join('\n'),
    };
  }

  const doctor = async (): Promise<readonly string[]> =>
    (await office.run<readonly CheckResult[]>('doctor'))
      .filter(({ check }) => check === 'answers to company')
      .map(({ state, text }) => `${state}: ${text}`);

  const TOLD = '250 Ok 0100018abcdef-1234-000000';
  const NEW = '<0100018abcdef-1234-000000@email.bulk.example>';

  it('answers find the author by the id in its reply, over restarts, whoever answers; the doctor says so once one did', async () => {
    await left('andrew', { reply: TOLD });
    expect(await doctor(), 'a reply alone proves nothing').to.deep.equal([]);
    await office.close();
    await office.open();
    const given = await answer([`In-Reply-To: ${NEW}`, `References: ${NEW}`]);
    expect(given.who).to.equal('andrew@company');
    expect(given.why).to.include(`answers ${NEW}, which andrew sent and the ISP named so`);
    expect((await answer([`References: <a@x> ${NEW}`], { from: 'ruth@assistants.example' })).who).to.equal('andrew@company');
    const [finding, ...more] = await doctor();
    expect(more).to.deep.equal([]);
    expect(finding)
      .to.match(/^well: The ISP of company replaces the Message-ID/)
      .and.include(NEW)
      .and.include('there is nothing to do');
    await office.close();
    await office.open();
    expect(await doctor()).to.have.length(1);
  });

  it('receipts and bounces find him by it as well, as they know no other id', async () => {
    await left('andrew', { reply: TOLD });
    const report = 'Content-Type: multipart/report; boundary=b';
    const read = ['--b', 'Content-Type: message/disposition-notification', '', `Original-Message-ID: ${NEW}`, '--b--'].join('\r\n');
    const returned = ['--b', 'Content-Type: text/rfc822-headers', '', `Message-ID: ${NEW}`, '--b--'].join('\r\n');
    for (const body of [read, returned]) expect((await answer([report], { body, subject: 'x' })).who).to.equal('andrew@company');
  });

  it('nobody gets them where two have sent something under one id, or one claims another’s (claimed 1)', async () => {
    await left('andrew', { reply: TOLD });
    await left('greg', { reply: TOLD, id: '<sent-2@company.example>' });
    const given = await answer([`In-Reply-To: ${NEW}`]);
    expect(given.who).to.equal('admin1');
    expect(given.why).to.include('which andrew and greg have sent: an id that two have used is nobody');
    const other = '<0100018fffff-9999-000000@email.bulk.example>';
    await left('andrew', { reply: '250 Ok 0100018fffff-9999-000000', id: '<sent-3@company.example>' });
    await left('greg', { id: other });
    expect((await answer([`In-Reply-To: ${other}`])).who).to.equal('admin1');
  });

  it('colleagues cannot claim an id by having the host repeat it', async () => {
    await left('andrew', { reply: TOLD });
    const claimed = '<0100018abcdef-1234-000000@evil.example>';
    await left('greg', { id: claimed, reply: `250 2.6.0 ${claimed} Queued mail for delivery` });
    expect((await answer([`In-Reply-To: ${NEW}`])).who).to.equal('andrew@company');
  });

  it('one that does not say the new id is noticed by the first answer; from then on mail names itself in References, and answers find its author', async () => {
    const first = await left('andrew', {});
    expect(first).to.not.match(/^References:/m);
    const lost = await answer(['In-Reply-To: <new-1@bulk.example>']);
    expect(lost.who).to.equal('admin1');
    expect(lost.why).to.include(
      'answers <new-1@bulk.example>, an id that left here with no mail, but andrew had written to the sender under this subject',
    );
    expect((await doctor())[0])
      .to.match(/^warning: The ISP of company replaces the Message-ID/)
      .and.include('names itself in References');
    const second = await left('andrew', {
      id: '<sent-2@company.example>',
      more: ['References: <q1@far.example>', 'In-Reply-To: <q1@far.example>'],
    });
    expect(second.match(/^References:.*(?:\r\n[ \t].*)*/gm)?.map((line) => line.replace(/\s+/g, ' '))).to.deep.equal([
      'References: <q1@far.example> <sent-2@company.example>',
    ]);
    const given = await answer([
      'In-Reply-To: <new-2@bulk.example>',
      'References: <q1@far.example> <sent-2@company.example> <new-2@bulk.example>',
    ]);
    expect(given.who).to.equal('andrew@company');
    await office.run('reply-thread.hosts', { account: 'company', forget: true });
    expect(await doctor()).to.deep.equal([]);
    expect(await left('andrew', { id: '<sent-3@company.example>' })).to.not.match(/^References:/m);
  });

  it('it is not noticed by what proves nothing: another subject or sender, an answer that somebody here is known by, a rehearsal', async () => {
    await left('andrew', {});
    await answer(['In-Reply-To: <new-1@bulk.example>'], { subject: 'Re: something else' });
    await answer(['In-Reply-To: <new-1@bulk.example>'], { from: 'oleg@far.example' });
    await answer([]);
    await answer(['In-Reply-To: <sent-1@company.example>']);
    await answer(['In-Reply-To: <new-1@bulk.example>', 'References: <sent-1@company.example> <new-1@bulk.example>']);
    const text = letter({ from: `<${OLGA}>`, to: REGULAR, subject: 'Re: offer', header: ['In-Reply-To: <new-1@bulk.example>'] });
    const explained = await office.run('explain', { account: 'company', file: Buffer.from(text).toString('base64') });
    expect(JSON.stringify(explained), 'said all the same').to.include('the ISP seems to replace Message-IDs');
    expect(await doctor()).to.deep.equal([]);
  });
});
