// Real mail through real hooks: no message makes a tap fail, and what was sorted before makes no difference to what comes after.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAddresses, readHeader, valueOctets } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { octetsInCrlfForm } from '#core/mail/lineEnds.js';
import { memoryMail } from './memoryMail.js';
import type { CaseAccount } from './sortingCase.js';
import { closeSortingServers, SortingServer } from './sortingServer.js';

const CORPUS = process.env['POSTROOM_CORPUS'] ?? path.join(process.cwd(), '..', 'shared', 'corpus');
/** Every message that is fetched has one on top. */
const ISP_LINE = Buffer.from('Received: from relay by mx.isp.example with ESMTP id 1; Fri, 20 Nov 2026 12:00:00 +0100\r\n');

function readCorpus(): readonly Buffer[] {
  return readdirSync(CORPUS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => Buffer.concat([ISP_LINE, octetsInCrlfForm(readFileSync(file))]));
}

/** The texts that occur most, most frequent first. */
function frequent(texts: readonly string[], most: number): readonly string[] {
  const count = new Map<string, number>();
  for (const text of texts) count.set(text, (count.get(text) ?? 0) + 1);
  return [...count]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, most)
    .map(([text]) => text);
}

/** Accounts that the corpus is for: its most frequent domains and address, with its most frequent recipients as users. */
function accountsFor(messages: readonly Buffer[]): Readonly<Record<string, CaseAccount>> {
  const addresses = messages.flatMap((octets) =>
    [...readHeader(octets).all('to'), ...readHeader(octets).all('cc')].flatMap((field) => parseAddresses(valueOctets(field))),
  );
  const usable = addresses.filter(({ local, domain }) => /^[a-z][\w.-]{1,30}$/i.test(local) && /^[a-z\d.-]+\.[a-z]+$/.test(domain));
  const [shared = ''] = frequent(
    usable.map(({ local, domain }) => `${local.toLowerCase()}@${domain}`),
    1,
  );
  const domains = frequent(
    usable.map(({ domain }) => domain),
    30,
  ).filter((domain) => !shared.endsWith(`@${domain}`));
  const locals = frequent(
    usable.filter(({ domain }) => domains.includes(domain)).map(({ local }) => local.toLowerCase()),
    40,
  );
  const users = locals.filter((local) => !/^(public|admin)1?$/.test(local)).slice(0, 30);
  const works = { kind: 'domain', address: `post@${domains[0] ?? ''}`, 'isp-domainpop.domains': domains.slice(1) };
  return {
    works: { ...works, users: Object.fromEntries(users.map((user) => [user, {}])) },
    company: { kind: 'regular', address: shared, users: { andrew: {}, greg: {} } },
  };
}

describe('real mail', function () {
  this.timeout(120_000);

  before(function () {
    if (existsSync(CORPUS)) return;
    console.warn(`      Skipped: there is no mail corpus at ${CORPUS}. Set POSTROOM_CORPUS to its folder.`);
    this.skip();
  });
  afterEach(closeSortingServers);

  it('is sorted without a failure, the same after a restart and in any order', async () => {
    const messages = readCorpus();
    expect(messages.length).to.be.greaterThan(1000);
    const accounts = accountsFor(messages);
    const forward = messages.map((_, index) => index);
    const mixed = [...forward].sort((a, b) => ((a * 7919) % messages.length) - ((b * 7919) % messages.length));

    const first = await SortingServer.start({ accounts });
    const results = await sortAll(first, messages, forward);
    // Places, not texts: real people's addresses stand in the mail.
    expect(forward.filter((index) => results[index]?.includes(' hold '))).to.deep.equal([]);
    for (const rung of ['L4', 'L7'])
      expect(
        results.some((result) => result.includes(rung)),
        rung,
      ).to.equal(true);
    const differing = (others: readonly string[]): readonly number[] => forward.filter((index) => others[index] !== results[index]);
    const restarted = await first.restarted();
    expect(differing(await sortAll(restarted, messages, forward.toReversed())), 'after a restart').to.deep.equal([]);
    const fresh = await SortingServer.start({ accounts });
    expect(differing(await sortAll(fresh, messages, mixed)), 'in another order').to.deep.equal([]);
  });
});

/** What became of each message, by its place in `messages`, whatever the order. */
async function sortAll(server: SortingServer, messages: readonly Buffer[], order: readonly number[]): Promise<readonly string[]> {
  const results: string[] = [];
  for (const index of order) {
    const outcomes: string[] = [];
    for (const account of ['works', 'company']) {
      const { plan } = await server.sort(account, memoryMail(messages[index] ?? Buffer.alloc(0), {}, account));
      outcomes.push(`${plan.mailboxes.map(({ user }) => user).join()} ${plan.rung ?? ''} ${plan.disposition} ${plan.tags.join()}`);
    }
    results[index] = outcomes.join(' | ');
  }
  return results;
}
