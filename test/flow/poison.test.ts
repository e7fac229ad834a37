// Messages that bring down whoever reads them: counted before they are read, stored unread in the end, and the administrator decides.

import { Journal, Leases, MailStore } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { letter } from '../kit/letter.js';
import { REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';

interface Held {
  readonly message: string;
  readonly disposition: string;
  readonly reason: string;
}

describe('a message that brings the server down', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let poison: Buffer;
  beforeEach(async () => {
    office = await Postroom.start();
    poison = Buffer.from(letter({ to: `Andrew <${REGULAR}>`, subject: 'Poison' }));
  });
  afterEach(() => office.stop());

  const held = (): Promise<readonly Held[]> => office.run<readonly Held[]>('held.list');

  /** As three crashes leave it: tries that were begun, and whose end nobody saw. */
  async function afterThreeCrashes(): Promise<string> {
    const { uidl } = office.isp.mailbox('mail').put(poison);
    const lease = await office.service(Leases).take('round/company');
    if (lease === undefined) throw new Error('The account is being collected.');
    for (let crash = 0; crash < 3; crash += 1) await office.service(Journal).forAccount('company', lease.fence).attempt([uidl]);
    await lease.release();
    office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: 'Behind it' }));
    const { accounts } = await office.round();
    expect(accounts[0]).to.include({ fetched: 2, stored: 2 });
    expect(office.isp.mailbox('mail').messages, 'the account went on').to.have.length(0);
    expect(await office.subjects('andrew')).to.deep.equal(['Behind it']);
    const [message, ...more] = await held();
    expect(more).to.deep.equal([]);
    expect(message?.disposition).to.equal('quarantine');
    expect(message?.reason).to.include('three times');
    return message?.message ?? '';
  }

  it('F86 is stored as it came, unread, and no round looks into it again', async () => {
    const id = await afterThreeCrashes();
    await office.round();
    expect((await held()).map(({ message }) => message)).to.deep.equal([id]);
    const pieces: Uint8Array[] = [];
    for await (const piece of office.service(MailStore).read(id)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(poison)).to.equal(true);
  });

  it('can be delivered to somebody, and reads there as it came', async () => {
    const id = await afterThreeCrashes();
    await office.run('held.release', { message: id, mailboxes: ['greg'] });
    const [message] = await office.pickUp('greg');
    expect(message?.text.endsWith(poison.toString())).to.equal(true);
    expect(await held()).to.deep.equal([]);
  });

  it("can be tried again by today's rules", async () => {
    const id = await afterThreeCrashes();
    await office.run('held.release', { message: id });
    expect(await office.subjects('andrew')).to.deep.equal(['Behind it', 'Poison']);
  });

  it('can be deleted', async () => {
    const id = await afterThreeCrashes();
    await office.run('held.delete', { message: id });
    expect(await held()).to.deep.equal([]);
  });

  it('is not taken for one where only the line failed', async () => {
    office.isp.mailbox('mail').put(poison);
    office.isp.faults.pop3.cut({ command: 'RETR', message: 1, when: 'octets', octets: 10 }, 4);
    for (let round = 0; round < 5; round += 1) await office.round();
    expect(await office.subjects('andrew')).to.deep.equal(['Poison']);
    expect(await held()).to.deep.equal([]);
  });
});
