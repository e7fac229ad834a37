import type { PracticeMessage } from '@postroom/sdk/testing';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { onEachStore } from '../kit/flowStores.js';
import { letter } from '../kit/letter.js';
import type { Postroom } from '../kit/postroom.js';

interface Waiting {
  readonly account: string;
  readonly message: string;
  readonly uidl: string;
  readonly bytes: number;
  readonly from: string;
  readonly subject: string;
  readonly why: string;
  readonly told: readonly string[];
  readonly order?: string;
}

const NOTICE = 'Not collected from the ISP:';

onEachStore('mail that stays at the ISP', 'long', (store) => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await store.start();
  });
  afterEach(() => office.stop());

  const listed = (): Promise<Waiting[]> => office.run<Waiting[]>('waiting.list');
  const order = async (what: string): Promise<unknown> => {
    const [first] = await listed();
    return office.run(`waiting.${what}`, { account: first?.account, message: first?.message });
  };
  const atIsp = (): readonly string[] => office.isp.mailbox('post').messages.map(({ uidl }) => uidl);
  const asked = (command: string): number => office.isp.log.commands('pop3').filter((each) => each.startsWith(command)).length;

  describe('as it is too large', () => {
    const large = (subject: string, to = 'lisa@works.example'): string => letter({ to, subject, body: 'x'.repeat(5_000) });

    beforeEach(async () => {
      await office.editFile((text) => text.replace('"kind": "domain"', '"kind": "domain", "pop3.maxMessageBytes": 2000'));
      office.isp.mailbox('post').put(large('plans'), { uidl: 'big' });
      office.isp.mailbox('post').put(letter({ to: 'john@works.example', subject: 'small' }));
      await office.round();
    });

    it('is told to those to whom its header is sorted, once, over rounds and restarts (93)', async () => {
      await office.round();
      await office.close();
      await office.open();
      await office.round();
      const [notice, ...more] = await office.pickUp('lisa');
      expect(more).to.deep.equal([]);
      const [waiting] = await listed();
      expect(notice?.text).to.include(`Subject: ${NOTICE} plans`);
      expect(notice?.text).to.include(
        'From:    Olga <olga@out.example>\r\nSubject: plans\r\nDate:    Fri, 20 Nov 2026 11:59:00 +0100\r\nSize:    6 KB',
      );
      for (const what of ['fetch', 'delete', 'leave'])
        expect(notice?.text).to.include(`postroom waiting ${what} works ${waiting?.message}`);
      expect(await office.subjects('john')).to.deep.equal(['small']);
      expect(await office.subjects('admin1')).to.deep.equal([]);
      expect(waiting).to.include({ account: 'works', uidl: 'big', subject: 'plans', why: 'too large' });
      expect(waiting?.told).to.deep.equal(['lisa@works']);
      expect(asked('RETR'), 'only the small one was read').to.equal(1);
    });

    it('is collected once when the administrator says so, and the limit stays for others (93)', async () => {
      await order('fetch');
      expect((await listed())[0]?.order).to.equal('fetch');
      office.isp.mailbox('post').put(large('more plans'), { uidl: 'other' });
      office.isp.faults.pop3.cut({ command: 'RETR', message: 1, when: 'octets', octets: 3_000 });
      await office.round();
      await office.round();
      await office.round();
      expect(await office.subjects('lisa')).to.deep.equal([`${NOTICE} plans`, 'plans', `${NOTICE} more plans`]);
      expect(atIsp()).to.deep.equal(['other']);
      expect((await listed()).map(({ uidl }) => uidl)).to.deep.equal(['other']);
    });

    it('is deleted at the ISP only when the administrator says so, and never another message under its id (93)', async () => {
      await office.round();
      expect(asked('DELE'), 'of the small one').to.equal(1);
      await order('delete');
      const [first] = office.isp.mailbox('post').messages;
      const other: PracticeMessage | undefined = first && {
        ...first,
        octets: Buffer.from(first.octets.toString().replace('plans', 'PLANS')),
      };
      office.isp.mailbox('post').messages.splice(0, 1, ...(other === undefined ? [] : [other]));
      await office.round();
      expect(atIsp(), 'another message with the same id and size').to.deep.equal(['big']);
      expect((await listed())[0], 'nobody has decided about it').to.not.have.property('order');
      await order('delete');
      await office.round();
      expect(atIsp()).to.deep.equal([]);
      await office.round();
      expect(await listed()).to.deep.equal([]);
      expect(await office.subjects('lisa')).to.deep.equal([`${NOTICE} plans`, `${NOTICE} PLANS`]);
    });

    it('stays unreported when the administrator says so (93)', async () => {
      const failed = async (): Promise<number | undefined> =>
        (await office.round()).accounts.find(({ account }) => account === 'works')?.failed.length;
      expect(await failed()).to.equal(1);
      await order('leave');
      expect(await failed()).to.equal(0);
      expect(atIsp()).to.deep.equal(['big']);
      const [waiting] = await listed();
      expect(waiting?.order).to.equal('leave');
    });

    it('is named by its unique id too; one that does not wait is refused', async () => {
      expect(await office.run('waiting.leave', { account: 'works', message: 'big' })).to.include({ uidl: 'big', order: 'leave' });
      const refusal = await office.run('waiting.delete', { account: 'works', message: 'small' }).catch((error: unknown) => error);
      expect(refusal).to.include({ code: 'mail/not-found' });
    });
  });

  it('is told to ADMIN1 where no header shows whose it is (93)', async () => {
    await office.editFile((text) => text.replace('"kind": "domain"', '"kind": "domain", "pop3.maxMessageBytes": 2000'));
    office.isp.faults.pop3.without.add('TOP');
    office.isp.mailbox('post').put(letter({ to: 'lisa@works.example', body: 'x'.repeat(5_000) }));
    await office.round();
    await office.round();
    expect(await office.subjects('admin1')).to.deep.equal([`${NOTICE} a message`]);
    expect(await office.subjects('lisa')).to.deep.equal([]);
  });

  it('is told to its recipient and ADMIN1 once where the ISP refuses it for the fifth time; the others come (86)', async () => {
    office.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject: 'broken' }));
    office.isp.mailbox('post').put(letter({ to: 'lisa@works.example', subject: 'whole' }));
    office.isp.faults.pop3.answer('RETR', '-ERR damaged', { message: 1 });
    for (let round = 1; round <= 5; round += 1) await office.round();
    expect(await office.subjects('admin1'), 'tried again until then').to.deep.equal([]);
    await office.round();
    await office.close();
    await office.open();
    await office.round();
    const told = await office.pickUp('admin1');
    expect(told).to.have.length(1);
    expect(told[0]?.text)
      .to.include('From:    Olga <olga@out.example>\r\nSubject: broken\r\n')
      .and.to.include('did not hand it over in 5 tries');
    expect(await office.subjects('lisa')).to.deep.equal(['whole', `${NOTICE} broken`]);
    expect((await listed())[0]).to.include({ why: 'not handed over', subject: 'broken' });
    office.isp.faults.pop3.clear();
    await order('fetch');
    await office.round();
    expect(await office.subjects('lisa')).to.deep.equal(['whole', `${NOTICE} broken`, 'broken']);
    expect(await listed()).to.deep.equal([]);
  });
});
