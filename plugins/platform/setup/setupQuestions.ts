// The questions of `postroom setup`, in the order of the manual's Setup Wizard: the address, the users, ADMIN1, and what plugins ask about the server.
import { isDeepStrictEqual } from 'node:util';
import { foldCase, isAdminName, isPublicName } from '@postroom/sdk';
import type { RunCommand } from '@postroom/sdk/services';
import { nameProblem } from '@postroom/sdk/settings';
import { askUntil } from './checkedQuestions.js';
import { askContributed, askUserNames, proposalsFor, withWords } from './contributedQuestions.js';
import type { Dialogue } from './dialogue.js';
import type { OfferedQuestion } from './offeredQuestions.js';
import { askKind, askRequired } from './setupKinds.js';
import { accountQuestions, askVia, type SetupOffer } from './setupOffer.js';
import { type CompleteAccount, guessId } from './setupPlan.js';

/** What is known before the questions about an account. */
export interface KnownAccount {
  /** Ids that other accounts have. */
  readonly taken: readonly string[];
  /** The answers that are to be mended; they are proposed again. */
  readonly former?: CompleteAccount;
  /** The account is there already, under this id. */
  readonly id?: string;
  readonly offer: SetupOffer;
}

/** A user with the answers to the questions of plugins. */
export interface AskedUser {
  readonly name: string;
  readonly password: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export async function askAccount(
  dialogue: Dialogue,
  { taken, former, id: fixedId, offer }: KnownAccount,
  run: RunCommand,
): Promise<CompleteAccount> {
  const address = await askUntil(dialogue, 'The e-mail address to share', former?.address, addressProblem);
  const askId = (): Promise<string> =>
    askUntil(dialogue, 'Name of the account, for the settings', former?.id ?? guessId(address), (name) => accountNameProblem(name, taken));
  const id = fixedId ?? (await askId());
  const kind = await askKind(dialogue, offer.kinds, former?.kind);
  const via = await askVia(dialogue, offer.collectors, former?.via);
  const required = await askRequired(dialogue, kind, former);
  const questions = accountQuestions(offer, via);
  const proposals = proposalsFor(address, questions);
  const values: Record<string, unknown> = {};
  for (const question of questions) {
    const answer = await askContributed(dialogue, question, { present: former ?? {}, proposal: proposals[question.key], run });
    Object.assign(values, answer);
  }
  const password = await dialogue.askSecret('Password at the ISP', former?.password);
  return { id, address, kind: kind.kind, ...(offer.collectors.length > 1 && { via }), ...required, ...values, password };
}

/** Asks for users until a name is left empty. `add` answers whether it worked. */
export async function askUsers(
  dialogue: Dialogue,
  { questions }: Pick<SetupOffer, 'questions'>,
  run: RunCommand,
  add: (user: AskedUser) => Promise<boolean>,
): Promise<void> {
  dialogue.say('\nThe users. ADMIN1, who gets what fits nobody, and PUBLIC1, everybody, are there already.');
  const names: string[] = [];
  for (;;) {
    const question =
      names.length === 0 ? 'Name of the first user, or nothing to add users later' : 'Name of the next user, or nothing to go on';
    const name = await askUntil(dialogue, question, undefined, (answer) => userNameProblem(answer, names));
    if (name === '') return;
    const password = await dialogue.askSecret(`Password of ${name}`);
    const values: Record<string, unknown> = {};
    for (const question of questions.filter(({ scope }) => scope === 'user')) {
      Object.assign(values, await askOfUser(dialogue, withWords(question, { user: name, users: names.join(', ') }), names, run));
    }
    if (await add({ name, password, values })) names.push(name);
  }
}

/** Nothing about colleagues where there are none yet. */
async function askOfUser(
  dialogue: Dialogue,
  question: OfferedQuestion,
  names: readonly string[],
  run: RunCommand,
): Promise<Readonly<Record<string, unknown>>> {
  if (question.schema.refersTo !== 'user') return askContributed(dialogue, question, { present: {}, proposal: question.proposal, run });
  return names.length === 0 ? {} : askUserNames(dialogue, question, names);
}

/** What belongs to the server as a whole: the properties that are to be changed. */
export async function askServer(
  dialogue: Dialogue,
  { questions }: Pick<SetupOffer, 'questions'>,
  run: RunCommand,
): Promise<{ readonly adminPassword: string; readonly settings: Readonly<Record<string, unknown>> }> {
  dialogue.say('\nADMIN1 receives what fits nobody; its password opens the manager.');
  const adminPassword = await dialogue.askSecret('Password of ADMIN1');
  const settings: Record<string, unknown> = {};
  for (const question of questions.filter(({ scope }) => scope === 'server')) {
    const present = { [question.key]: await run('config.get', { key: question.key }) };
    const answer = await askContributed(dialogue, question, { present, proposal: question.proposal, run });
    const changed = Object.entries(answer).filter(([key, value]) => !isDeepStrictEqual(present[key], value));
    Object.assign(settings, Object.fromEntries(changed));
  }
  return { adminPassword, settings };
}

function addressProblem(answer: string): string | undefined {
  return /^[^@\s]+@[^@\s]+$/.test(answer) ? undefined : 'An address as in mail@company.com.';
}

function accountNameProblem(name: string, taken: readonly string[]): string | undefined {
  const isTaken = taken.some((id) => foldCase(id) === foldCase(name));
  return isTaken ? `There is an account ${name} already; this one needs another name.` : nameProblem('account', name);
}

/** An empty name ends the questions. */
function userNameProblem(name: string, names: readonly string[]): string | undefined {
  if (name === '') return undefined;
  const isThere = isAdminName(name) || isPublicName(name) || names.some((other) => foldCase(other) === foldCase(name));
  return isThere ? `${name} is there already.` : nameProblem('user', name);
}
