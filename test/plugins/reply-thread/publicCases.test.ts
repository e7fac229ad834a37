// Inputs after public reports, from the folder that they are shared in: receipts, bounces and answers to a mail that andrew has sent.
import '#core/base/injection.js';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { REGULAR } from '../../kit/officeSettings.js';
import { Postroom } from '../../kit/postroom.js';
import { playedCase } from '../../kit/publicCases.js';

describe('public cases of answers, receipts and bounces', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  afterEach(() => office?.stop());

  for (const [folder, input] of [
    ['014-read-receipt-names-the-original', 'input.eml'],
    ['015-bounce-with-an-encoded-header-part', 'input.eml'],
    ['016-bounce-that-does-not-say-so', 'input.eml'],
    ['017-smart-host-changes-the-message-id', 'input-answer.eml'],
  ] as const)
    it(`case ${folder.slice(0, 3)} is andrew's, who sent the mail`, async function () {
      const place = playedCase(folder.slice(0, 3), this);
      const file = path.join(place, input);
      const transcript = path.join(place, 'input.transcript');
      const said = existsSync(transcript) ? /^S: (250.*)$/m.exec(readFileSync(transcript, 'utf8'))?.[1] : undefined;
      office = await Postroom.start();
      if (said !== undefined) office.isp.faults.smtp.say('DATA', said);
      const mail = [
        `From: andrew <${REGULAR}>`,
        'To: olga@far.example',
        'Subject: offer',
        'Message-ID: <sent-1@company.example>',
        '',
        'Hi',
      ];
      expect(await office.submit('andrew', ['olga@far.example'], mail.join('\r\n'))).to.match(/^250/);
      expect(await office.round()).to.have.property('sent', 1);
      office.isp.mailbox('mail').put(readFileSync(file, 'latin1'));
      await office.round();
      const [message] = await office.run<
        readonly { copies: readonly { mailbox: string }[]; rung?: string; trail: readonly { reason: string }[] }[]
      >('trace', { query: `r${folder.slice(1, 3)}@far.example` });
      expect(message?.copies.map(({ mailbox }) => mailbox)).to.deep.equal(['andrew@company']);
      expect(message?.trail.map(({ reason }) => reason).join('\n')).to.include('which andrew sent');
    });
});
