import { expect } from 'chai';
import { memoryMail } from '../sorting/memoryMail.js';
import { closeSortingServers, SortingServer } from '../sorting/sortingServer.js';

const ACCOUNTS = { works: { kind: 'domain', address: 'post@works.example', users: { greg: {}, andrew: {} } } };
const FROM = (host: string): Buffer =>
  Buffer.from(
    `X-Original-To: greg@works.example\r\nReceived: from x by ${host} with SMTP; Fri, 20 Nov 2026 12:00:00 +0100\r\nTo: andrew@works.example\r\n\r\nHi\r\n`,
  );

describe('trust in the hosts of an ISP', () => {
  async function rungs(server: SortingServer, host: string): Promise<string | undefined> {
    return (await server.sort('works', memoryMail(FROM(host), {}, 'works'))).plan.rung;
  }

  afterEach(closeSortingServers);

  it('is learned, shown and forgotten', async () => {
    const server = await SortingServer.start({ accounts: ACCOUNTS });
    expect(await rungs(server, 'mx.isp.example')).to.equal('L1');
    expect(await rungs(server, 'mx.elsewhere.test')).to.equal('L4');
    expect(await server.command('addressees.trust', { forget: true })).to.deep.equal([
      {
        account: 'works',
        hosts: ['mx.isp.example'],
        notTrustedYet: 'mx.elsewhere.test, 1 of 10 messages in a row',
        recipientsIn: ['x-original-to'],
        prefixes: [],
      },
    ]);
    expect(await rungs(server, 'mx.elsewhere.test')).to.equal('L1');
  });

  it('goes to the configured host only', async () => {
    const server = await SortingServer.start({ accounts: { works: { ...ACCOUNTS.works, 'addressees.trustedHost': 'isp.example' } } });
    expect(await rungs(server, 'mx.elsewhere.test')).to.equal('L4');
    expect(await rungs(server, 'mx.isp.example')).to.equal('L1');
  });
});
