// What is beyond the limits of reading is stored, not read, and the trail says so.
import { expect } from 'chai';
import { memoryMail } from './memoryMail.js';
import { closeSortingServers, SortingServer } from './sortingServer.js';

const ISP_LINE = 'Received: from out.example by mx.isp.example with ESMTP id 1; Fri, 20 Nov 2026 12:00:00 +0100\r\n';
const ACCOUNTS = { works: { kind: 'domain', address: 'post@works.example', users: { greg: {} } } };

const HEADERS: Readonly<Record<string, readonly [header: string, user: string]>> = {
  'a line of 300 KB before To': [`X-Long: ${'x'.repeat(300_000)}\r\nTo: greg@works.example`, 'admin1'],
  'a To of 300 KB, ours first': [`To: greg@works.example, ${'x'.repeat(300_000)}@out.example`, 'greg'],
  'a megabyte of fields behind To': [`To: greg@works.example${'\r\nX-Field: and so on'.repeat(50_000)}`, 'greg'],
  'To with 2,001 addresses, ours last': [`To: ${'u@out.example,\r\n '.repeat(2000)}greg@works.example`, 'admin1'],
  'To with 10,000 addresses, ours first': [`To: greg@works.example${',\r\n u@out.example'.repeat(9999)}`, 'greg'],
};

describe('a header beyond the limits', () => {
  let server: SortingServer;
  before(async () => {
    server = await SortingServer.start({ accounts: ACCOUNTS });
  });
  after(closeSortingServers);

  for (const [title, [header, user]] of Object.entries(HEADERS)) {
    it(`is sorted by what was read, and marked: ${title} (73)`, async () => {
      const octets = Buffer.from(`${ISP_LINE}${header}\r\n\r\nHello.\r\n`);
      const { plan } = await server.sort('works', memoryMail(octets, {}, 'works'));
      expect(plan.mailboxes.map((mailbox) => mailbox.user)).to.deep.equal([user]);
      expect(plan.tags).to.include('header-cut');
    });
  }
});
