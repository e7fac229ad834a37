import { expect } from 'chai';
import { memoryMail } from '../sorting/memoryMail.js';
import { closeSortingServers, SortingServer } from '../sorting/sortingServer.js';

const ACCOUNTS = { works: { kind: 'domain', address: 'post@works.example', users: { greg: {} } } };
const MESSAGE = 'To: greg@works.example\r\nFrom: x@out.example\r\n\r\nHi\r\n';

describe('the loop guard', () => {
  const start = (): Promise<SortingServer> => SortingServer.start({ accounts: ACCOUNTS });

  afterEach(closeSortingServers);

  async function markOf(server: SortingServer, message = MESSAGE): Promise<string> {
    const { plan } = await server.sort('works', memoryMail(Buffer.from(message), {}, 'works'));
    return plan.traceMark === undefined ? '' : `Received: from pop.isp.example by vm (Postroom) with POP3 id 7-${plan.traceMark}; today`;
  }

  it('sets aside what this server has delivered and the ISP brings back (30)', async () => {
    const server = await start();
    const mail = memoryMail(Buffer.from(`${await markOf(server)}\r\n${MESSAGE}`), {}, 'works');
    const { plan } = await server.sort('works', mail);
    expect(plan.disposition).to.equal('quarantine');
    expect(plan.mailboxes.map((mailbox) => mailbox.user)).to.deep.equal(['greg']);
  });

  it('sets nothing else aside that bears the mark of a message: who has seen one can stop no other mail', async () => {
    const server = await start();
    const marked = async (of: string, on: string): Promise<string> => {
      const octets = Buffer.from(`${await markOf(server, of)}\r\n${on}`);
      return (await server.sort('works', memoryMail(octets, {}, 'works'))).plan.disposition;
    };
    const one = `Message-ID: <one@out.example>\r\n${MESSAGE}`;
    const two = `Message-ID: <two@out.example>\r\n${MESSAGE}`;
    expect(await marked(one, one)).to.equal('quarantine');
    expect(await marked(one, `Subject: Fwd\r\n${one}`), 'the same message, whatever was put on top').to.equal('quarantine');
    expect(await marked(one, two)).to.equal('deliver');
    expect(await marked(one, MESSAGE)).to.equal('deliver');
    expect(await marked(MESSAGE, one)).to.equal('deliver');
    expect(await markOf(server, '\r\nno header\r\n'), 'nothing to know it by').to.equal('');
  });

  it('lets pass what another server has delivered, and what a user redirects in the office', async () => {
    const server = await start();
    const foreign = memoryMail(Buffer.from(`${await markOf(await start())}\r\n${MESSAGE}`), {}, 'works');
    expect((await server.sort('works', foreign)).plan.disposition).to.equal('deliver');
    const run = { origin: 'submitted', author: 'greg', recipients: ['greg@works.example'] } as const;
    const redirected = memoryMail(Buffer.from(`${await markOf(server)}\r\n${MESSAGE}`), run, 'works');
    expect((await server.sort('works', redirected)).plan.disposition).to.equal('deliver');
  });

  it('marks no outgoing mail: what a user posts to a list comes back', async () => {
    const server = await start();
    const run = { origin: 'submitted', author: 'greg', recipients: ['list@out.example'] } as const;
    const { plan } = await server.sort('works', memoryMail(Buffer.from(MESSAGE), run, 'works'), ['list@out.example']);
    expect(plan.traceMark).to.equal(undefined);
  });
});
