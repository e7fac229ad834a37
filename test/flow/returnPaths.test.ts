// Mail that may not be answered, and mail that may not be sent on: what else would run in circles between two servers.

import { Outbox } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

const FAR = 'ruth@customer.example';

describe('mail without a way back', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const waiting = async (): Promise<readonly string[]> => (await office.service(Outbox).list()).map(({ recipient }) => recipient);
  const everywhere = async (): Promise<readonly string[]> =>
    (await Promise.all(['andrew', 'greg', 'carolyn', 'admin1'].map((user) => office.subjects(user)))).flat();

  it('R41 R42 is not returned where it fails: a bounce of ours that bounces ends here, and the log says so', async () => {
    office.isp.faults.smtp.answerRecipient(FAR, '550 5.1.1 No such user');
    const bounce = letter({ from: 'Mail Delivery System <mailer-daemon@post.office.example>', to: FAR, subject: 'Returned' });
    expect(await office.submit('andrew', [FAR], bounce, '')).to.match(/^250/);
    expect(await office.round()).to.include({ sent: 0, bounced: 1 });
    expect(await waiting()).to.deep.equal([]);
    expect(await everywhere()).to.deep.equal([]);
    expect(office.log).to.include('Mail was not sent and nobody is told');
    const log = await office.run<readonly { readonly text: string }[]>('log.read', { limit: 50 });
    expect(log.map(({ text }) => text).join('\n')).to.include(`Could not be sent: to ${FAR}`);
  });

  it('R46 tells the author of a failure while the ISP hands out no mail', async () => {
    office.isp.faults.pop3.refuseLogin('SYS/TEMP');
    office.isp.faults.smtp.answerRecipient(FAR, '550 5.1.1 No such user');
    await office.submit('andrew', [FAR], letter({ from: REGULAR, to: FAR, subject: 'Offer' }));
    expect(await office.round()).to.include({ bounced: 1 });
    expect(await office.subjects('andrew')).to.have.lengthOf(1);
  });

  it('R50 R51 R52 is delivered and copied here, and neither sent on to its To and Cc nor answered', async () => {
    const octets = letter({
      from: `Ruth <${FAR}>`,
      to: `Carolyn <${REGULAR}>, ${FAR}, eve@elsewhere.example`,
      subject: 'To all',
      header: ['Cc: dan@elsewhere.example', 'Return-Path: <>', `Disposition-Notification-To: ${FAR}`, `Return-Receipt-To: ${FAR}`],
    });
    office.isp.mailbox('mail').put(octets);
    await office.round();
    await office.round();
    expect(await office.subjects('carolyn')).to.deep.equal(['To all']);
    expect(await office.subjects('greg'), 'her CC').to.deep.equal(['To all']);
    expect((await office.pickUp('greg'))[0]?.text, 'the null sender stays').to.match(/^Return-Path: <>\r$/m);
    expect(await waiting()).to.deep.equal([]);
    expect(office.isp.outgoing).to.deep.equal([]);
  });
});
