// `postroom setup`: from nothing to a server that shares an ISP mailbox, by questions on a terminal or from a file. Everything is done by commands.
import path from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { EXIT, readGivenFile, shellWord } from '@postroom/sdk/base';
import type { ProgramTools, RunCommand, RunProgram } from '@postroom/sdk/services';
import { type Dialogue, TerminalDialogue } from './dialogue.js';
import { askRequired, checkKind } from './setupKinds.js';
import { offerIn, type SetupOffer } from './setupOffer.js';
import {
  accountAssignments,
  assignmentsOf,
  type CompleteAccount,
  completeAccount,
  readPlan,
  type SetupPlan,
  type UserPlan,
} from './setupPlan.js';
import { askAccount, askServer, askUsers } from './setupQuestions.js';

export interface SetupOptions {
  readonly data: string;
  /** A file with the answers, see docs/setup.md. */
  readonly from?: string;
}

/** Who is asked, what there is to offer, and how commands are run. */
interface Desk {
  readonly dialogue: Dialogue;
  readonly offer: SetupOffer;
  readonly run: RunCommand;
}

export const run: RunProgram = (options, tools) => setup(options as unknown as SetupOptions, tools);

/** Answers the exit code: 0 where all is set up and the ISP lets us in. */
export async function setup(options: SetupOptions, tools: Pick<ProgramTools, 'withCommands'>): Promise<number> {
  if (options.from === undefined && !process.stdin.isTTY) {
    throw new PostroomError(
      'command/arguments',
      'setup asks on a terminal, and this is none. Give the answers in a file: postroom setup --from FILE',
    );
  }
  const dialogue = new TerminalDialogue();
  const plan = options.from === undefined ? undefined : await planIn(options.from);
  return tools.withCommands(options.data, async (run, isRunning) => {
    if (isRunning) dialogue.say(`A server runs on ${path.resolve(options.data)}: what is set up here counts at once.`);
    const isWell = plan === undefined ? await setUpByQuestions(dialogue, run) : await setUpByPlan(plan, dialogue, run);
    dialogue.say(isRunning ? '\nSet up, and in force.' : `\nSet up. Start the server: postroom serve --data ${shellWord(options.data)}`);
    return isWell ? EXIT.done : EXIT.failed;
  });
}

/** Answers whether the ISP lets us in. A refused login leaves everything set up: the password can be mended. */
export async function setUpByPlan(plan: SetupPlan, dialogue: Dialogue, run: RunCommand): Promise<boolean> {
  await setSettings(plan.settings, run);
  // The settings may have enabled the plugin that knows the kind.
  const offer = await offerIn(run);
  const account = completeAccount(plan.account, offer);
  checkKind(account, offer.kinds);
  await addAccount(account, plan.users, { dialogue, offer, run });
  for (const user of plan.users) await setPassword(account.id, user, run);
  if (plan.adminPassword !== undefined) await run('users.set-password', { account: 'admin1', password: plan.adminPassword });
  const isWell = await testLogins(account, { dialogue, offer, run });
  if (isWell)
    for (const { advice, set } of await adviceOn(account.id, dialogue, run))
      dialogue.say(`\n${advice}${set === '' ? '' : ` Set it: ${set}`}`);
  return isWell;
}

export async function setUpByQuestions(dialogue: Dialogue, run: RunCommand): Promise<boolean> {
  dialogue.say('Shares an ISP mailbox. What stands in [ ] is taken where nothing is typed; Ctrl+C leaves.\n');
  const desk: Desk = { dialogue, run, offer: await offerIn(run) };
  let account = await addAskedAccount(desk);
  let isWell = await testLogins(account, desk);
  while (!isWell && (await wantsAnotherTry(dialogue))) {
    const next = await askAccount(dialogue, { taken: [], former: account, id: account.id, offer: desk.offer }, run);
    if (!(await tried(dialogue, () => changeAccount(next, desk)))) continue;
    account = next;
    isWell = await testLogins(account, desk);
  }
  if (isWell) {
    await suggestKind(account, desk);
    await offerAdvice(account.id, dialogue, run);
  }
  await askUsers(dialogue, desk.offer, run, async (user) => {
    const set = assignmentsOf(user.values);
    const args = { account: account.id, user: user.name, ...(set.length > 0 && { set }) };
    const added = await tried(dialogue, async () => {
      await run('users.add', args);
      await setPassword(account.id, user, run);
    });
    return added !== undefined;
  });
  const { adminPassword, settings } = await askServer(dialogue, desk.offer, run);
  await run('users.set-password', { account: 'admin1', password: adminPassword });
  // One that is refused keeps no other one out.
  for (const [key, value] of Object.entries(settings)) await tried(dialogue, () => setSettings({ [key]: value }, run));
  return isWell;
}

/** Asks until an account can be added. Rejects with `settings/invalid` where that is given up. */
async function addAskedAccount(desk: Desk): Promise<CompleteAccount> {
  const { dialogue, offer, run } = desk;
  const taken = ((await run('accounts.list', {})) as readonly { readonly account: string }[]).map(({ account }) => account);
  if (taken.length > 0) dialogue.say(`Shared already: ${taken.join(', ')}. This adds another one.`);
  let account = await askAccount(dialogue, { taken, offer }, run);
  while (!(await tried(dialogue, () => addAccount(account, [], desk)))) {
    if (!(await wantsAnotherTry(dialogue))) throw new PostroomError('settings/invalid', 'Nothing was set up.');
    account = await askAccount(dialogue, { taken, former: account, offer }, run);
  }
  return account;
}

async function wantsAnotherTry(dialogue: Dialogue): Promise<boolean> {
  return /^y/i.test(await dialogue.ask('Change the answers and try again? (y/n)', 'y'));
}

async function addAccount(account: CompleteAccount, users: readonly UserPlan[], { dialogue, offer, run }: Desk): Promise<void> {
  const { id, address, kind, password } = account;
  await run('accounts.add', { account: id, address, kind, set: accountAssignments(account, users, offer) });
  if (password === undefined) dialogue.say(`The ISP's password is not set yet: postroom accounts set-password ${shellWord(id)}`);
  else await run('accounts.set-password', { account: id, password });
}

async function changeAccount(account: CompleteAccount, { offer, run }: Desk): Promise<void> {
  const { id, address, kind, password } = account;
  const set = [...assignmentsOf({ address, kind }), ...accountAssignments(account, [], offer)];
  await run('accounts.change', { account: id, set });
  if (password !== undefined) await run('accounts.set-password', { account: id, password });
}

/** All of them or none: some need each other. */
async function setSettings(settings: SetupPlan['settings'], run: RunCommand): Promise<void> {
  const [key, value, ...more] = Object.entries(settings).flatMap(([name, each]) => [name, JSON.stringify(each)]);
  if (key !== undefined) await run('config.set', { key, value, more });
}

async function setPassword(account: string, { name, password }: Pick<UserPlan, 'name' | 'password'>, run: RunCommand): Promise<void> {
  if (password !== undefined) await run('users.set-password', { account, user: name, password });
}

/** Logs in at the ISP as the plugins do that collect and send, and shows what was said; they leave passwords out of it. */
async function testLogins({ id: account, via }: CompleteAccount, { dialogue, offer, run }: Desk): Promise<boolean> {
  const way = via ?? offer.collectors[0]?.via;
  let isWell = true;
  for (const { name, command } of offer.loginTests.filter((test) => test.via === undefined || test.via === way)) {
    dialogue.say(`\nLogging in at the ISP by ${name}:`);
    const test = (await run(command, { account })) as {
      readonly ok: boolean;
      readonly transcript: readonly string[];
      readonly problem?: unknown;
    };
    for (const line of test.transcript) dialogue.say(`  ${line}`);
    dialogue.say(test.ok ? `${name} works.` : `${name} does not work. ${sentenceIn(test.problem)}`);
    isWell &&= test.ok;
  }
  return isWell;
}

/** What the mail at the ISP says about the kind; another one is taken only where the answer is yes. */
async function suggestKind(account: CompleteAccount, { dialogue, offer, run }: Desk): Promise<void> {
  const suggested = await tried(dialogue, async () => {
    const answer = await run('accounts.suggest-kind', { account: account.id });
    return answer as { readonly suggestion?: string; readonly because: string };
  });
  const { suggestion, because = '' } = suggested?.answer ?? {};
  if (suggestion === undefined) return;
  dialogue.say(`\n${because} That speaks for the kind "${suggestion}".`);
  if (suggestion === account.kind) return;
  const change = /^y/i.test(await dialogue.ask(`Make it ${suggestion} instead of ${account.kind}? (y/n)`, 'y'));
  const kind = offer.kinds.find((each) => each.kind === suggestion);
  if (!change || kind === undefined) return;
  const properties = { kind: suggestion, ...(await askRequired(dialogue, kind, account)) };
  await tried(dialogue, () => run('accounts.change', { account: account.id, set: assignmentsOf(properties) }));
}

interface Advice {
  readonly advice: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly set: string;
}

/** What plugins find out from the mail at the ISP; none where that fails, which is said. */
async function adviceOn(account: string, dialogue: Dialogue, run: RunCommand): Promise<readonly Advice[]> {
  return (await tried(dialogue, async () => (await run('accounts.advice', { account })) as readonly Advice[]))?.answer ?? [];
}

async function offerAdvice(account: string, dialogue: Dialogue, run: RunCommand): Promise<void> {
  for (const { advice, changes } of await adviceOn(account, dialogue, run)) {
    dialogue.say(`\n${advice}`);
    const set = assignmentsOf(changes);
    if (set.length === 0 || !/^y/i.test(await dialogue.ask(`Set ${set.join(' and ')}? (y/n)`, 'y'))) continue;
    await tried(dialogue, () => run('accounts.change', { account, set }));
  }
}

/** A sentence, or an error as it came through the control socket. */
function sentenceIn(problem: unknown): string {
  const { message } = (problem ?? {}) as { readonly message?: unknown };
  if (typeof problem === 'string') return problem;
  return typeof message === 'string' ? message : sentenceOf(problem);
}

/** `undefined` after an error, which is printed: the question is asked again. `work` must not ask questions: its errors are caught, and Ctrl+C must not be. */
async function tried<T>(dialogue: Dialogue, work: () => Promise<T>): Promise<{ readonly answer: T } | undefined> {
  try {
    return { answer: await work() };
  } catch (error) {
    dialogue.say(withoutPlaces(sentenceOf(error)));
    return undefined;
  }
}

/** Who answers questions does not look at the file: what is wrong, without the lines where it would stand. */
function withoutPlaces(sentence: string): string {
  return sentence.replace(/^Nothing was changed\.\n/, '').replace(/^settings\.json(?::\d+:\d+)? (?:error|warning)(?: \S+)?: /gm, '');
}

async function planIn(file: string): Promise<SetupPlan> {
  const text = await readGivenFile(file);
  return readPlan(text.toString(), file);
}
