// Every case of test/fixtures/sorting through the hooks of a real server: who gets the message, by which rung, and for what reason.
import { expect } from 'chai';
import { memoryMail } from './memoryMail.js';
import { type CaseRun, messagesOf, readSortingCases } from './sortingCase.js';
import { closeSortingServers, SortingServer } from './sortingServer.js';

describe('who gets which mail', () => {
  afterEach(closeSortingServers);

  for (const sortingCase of readSortingCases()) {
    it(`case ${sortingCase.case}: ${sortingCase.title}`, async () => {
      const server = await SortingServer.start(sortingCase);
      for (const run of sortingCase.runs) {
        await server.change(run);
        expect(messagesOf(run), 'messages of the run').to.not.have.length(0);
        await (run.delivered === undefined ? playRun(server, run) : takeRun(server, run, run.delivered));
      }
    });
  }
});

async function playRun(server: SortingServer, run: CaseRun): Promise<void> {
  for (const octets of messagesOf(run)) {
    const account = run.account ?? server.firstAccount;
    const mail = memoryMail(octets, run, account);
    const sorted = await server.sort(account, mail, run.outside);
    const { plan, trail } = sorted;
    if (plan.outside.length > 0 && plan.disposition === 'deliver') await server.relayed(account, mail, sorted, octets, run.reply);
    const { expect: expected } = run;
    const reasons = trail.map(({ tap, change, reason }) => `${tap}: ${change}; ${reason}`).join('\n');
    const about = `${octets.toString('utf8', 0, 400)}\n${reasons}\n`;
    expect(plan.disposition, about).to.equal(expected?.disposition ?? 'deliver');
    if (expected === undefined) continue;
    expect(plan.mailboxes.map((mailbox) => mailbox.user).sort(), about).to.deep.equal([...expected.mailboxes].sort());
    if (expected.rung !== undefined) expect(plan.rung, about).to.equal(expected.rung);
    if (expected.reason !== undefined) expect(reasons, about).to.include(expected.reason);
    if (expected.tags !== undefined) expect(plan.tags, about).to.include.members([...expected.tags]);
    if (expected.addHeaders !== undefined) expect(plan.addHeaders, about).to.include.members([...expected.addHeaders]);
    if (expected.concealed !== undefined) {
      const concealed = plan.concealed.map((index) => mail.headers()[index]?.name);
      expect(concealed, about).to.have.members([...expected.concealed]);
    }
  }
}

async function takeRun(server: SortingServer, run: CaseRun, delivered: Readonly<Record<string, number>>): Promise<void> {
  for (const octets of messagesOf(run)) await server.take(run.account ?? server.firstAccount, octets);
  expect(await server.delivered()).to.deep.equal(delivered);
}
