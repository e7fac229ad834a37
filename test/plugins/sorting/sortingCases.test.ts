// Every case of test/fixtures/sorting through the real sort plugins: who gets the message, by which rung, and for what reason.
import { expect } from 'chai';
import { memoryMail } from './memoryMail.js';
import { type CaseRun, type Expectation, readSortingCases } from './sortingCase.js';
import { pluginsThatSort, SORTING_PLUGINS, SortingServer } from './sortingServer.js';

describe('who gets which mail', () => {
  it('is decided by every bundled plugin that taps onSort', () => {
    expect(SORTING_PLUGINS).to.deep.equal(pluginsThatSort());
  });

  for (const sortingCase of readSortingCases()) {
    it(`case ${sortingCase.case}: ${sortingCase.title}`, async () => {
      const server = new SortingServer(sortingCase);
      await server.start();
      for (const run of sortingCase.runs) await playRun(server, run);
    });
  }
});

async function playRun(server: SortingServer, run: CaseRun): Promise<void> {
  server.change(run);
  const messages = [
    ...(run.messages ?? []).map((text) => Buffer.from(text)),
    ...(run.base64 ?? []).map((text) => Buffer.from(text, 'base64')),
  ];
  expect(messages, 'messages of the run').to.not.have.length(0);
  for (const octets of messages) {
    const account = run.account ?? server.firstAccount;
    const mail = memoryMail(octets, run, account);
    const plan = await server.sort(server.planFor(account, run.outside), mail);
    const { mailboxes, ...rest }: Expectation = run.expect ?? { mailboxes: plan.mailboxes.map((mailbox) => mailbox.user) };
    const about = `${octets.toString('utf8', 0, 400)}\n${server.reasons(plan).join('\n')}\n`;
    expect(plan.mailboxes.map((mailbox) => mailbox.user).sort(), about).to.deep.equal([...mailboxes].sort());
    expect(plan.disposition, about).to.equal(rest.disposition ?? 'deliver');
    if (rest.rung !== undefined) expect(plan.rung, about).to.equal(rest.rung);
    if (rest.reason !== undefined) expect(server.reasons(plan).join('\n'), about).to.include(rest.reason);
    if (rest.tags !== undefined) expect(plan.tags, about).to.include.members([...rest.tags]);
    if (rest.addHeaders !== undefined) expect(plan.addHeaders, about).to.include.members([...rest.addHeaders]);
    if (rest.concealed !== undefined)
      expect(
        plan.concealed.map((index) => mail.headers()[index]?.name),
        about,
      ).to.have.members([...rest.concealed]);
  }
}
