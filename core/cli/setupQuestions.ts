// The questions of `postroom setup`, in the order of the manual's Setup Wizard: the address, the users, the timer, the
// device; and who may send without a login.
import { foldCase, isAdminName, isPublicName } from '@postroom/sdk';
import { didYouMean } from '@postroom/sdk/base';
import { nameProblem } from '../configuration/layout/names.js';
import { askChoice, askNumber, askUntil } from './checkedQuestions.js';
import type { Dialogue } from './dialogue.js';
import { isThisComputer, senderAddressesIn, senderAddressesProblem } from './senderAddresses.js';
import { askKind, askRequired, type OfferedKinds } from './setupKinds.js';
import { type AccountPlan, guessAccount, type UserPlan } from './setupPlan.js';

/** What is known before the questions about an account. */
export interface KnownAccount {
  /** Ids that other accounts have. */
  readonly taken: readonly string[];
  /** The answers that are to be mended; they are proposed again. */
  readonly former?: AccountPlan;
  /** The account is there already, under this id. */
  readonly id?: string;
  readonly kinds: OfferedKinds;
}

const SECURITIES = ['tls', 'starttls', 'plain'];
const LARGEST_PORT = 65_535;

export async function askAccount(dialogue: Dialogue, { taken, former, id: fixedId, kinds }: KnownAccount): Promise<AccountPlan> {
  const proposed = (key: string): string | undefined => {
    const value = former?.[key];
    return typeof value === 'string' ? value : undefined;
  };
  const address = await askUntil(dialogue, 'The e-mail address to share', former?.address, addressProblem);
  const guess = guessAccount(address);
  const askId = (): Promise<string> =>
    askUntil(dialogue, 'Name of the account, for the settings', proposed('id') ?? guess.id, (name) => accountNameProblem(name, taken));
  const id = fixedId ?? (await askId());
  const kind = await askKind(dialogue, kinds, proposed('kind'));
  const required = await askRequired(dialogue, kind, former);
  const askServer = async (question: string, protocol: 'pop3' | 'smtp', what: string): Promise<Readonly<Record<string, unknown>>> => {
    const port = former?.[`${protocol}.port`];
    const host = proposed(`${protocol}.host`) ?? guess[`${protocol}.host`];
    const given = await askUntil(dialogue, question, typeof port === 'number' ? `${host}:${port}` : host, hostProblem);
    const security = await askChoice(
      dialogue,
      `Encryption for ${what} mail: tls, starttls or plain`,
      SECURITIES,
      proposed(`${protocol}.security`),
    );
    return serverProperties(protocol, given, security);
  };
  const pop3 = await askServer("The ISP's server for incoming mail (POP3)", 'pop3', 'incoming');
  const login = await dialogue.ask('Login name at the ISP', proposed('pop3.user') ?? guess['pop3.user']);
  const smtp = await askServer("The ISP's server for outgoing mail (SMTP)", 'smtp', 'outgoing');
  const password = await dialogue.askSecret('Password at the ISP', former?.password);
  return { id, address, kind: kind.kind, ...required, ...pop3, 'pop3.user': login, ...smtp, password };
}

/** Asks for users until a name is left empty. `add` answers whether it worked. */
export async function askUsers(dialogue: Dialogue, add: (user: UserPlan) => Promise<boolean>): Promise<void> {
  dialogue.say('\nThe users. ADMIN1, who gets what fits nobody, and PUBLIC1, everybody, are there already.');
  const names: string[] = [];
  for (;;) {
    const question =
      names.length === 0 ? 'Name of the first user, or nothing to add users later' : 'Name of the next user, or nothing to go on';
    const name = await askUntil(dialogue, question, undefined, (answer) => userNameProblem(answer, names));
    if (name === '') return;
    const password = await dialogue.askSecret(`Password of ${name}`);
    const copies =
      names.length === 0
        ? ''
        : await askUntil(
            dialogue,
            `Who always gets a copy of ${name}'s mail (of ${names.join(', ')}; nothing for nobody)`,
            undefined,
            (answer) => copiesProblem(answer, names),
          );
    if (await add({ name, password, cc: namesIn(copies, names) })) names.push(name);
  }
}

/** What belongs to the server as a whole. `trusted`: addresses that may send without a login by now; without it nobody is asked. */
export async function askServer(
  dialogue: Dialogue,
  trusted: readonly string[] | undefined,
): Promise<{ readonly adminPassword: string; readonly settings: Readonly<Record<string, unknown>> }> {
  dialogue.say('\nADMIN1 receives what fits nobody; its password opens the manager.');
  const adminPassword = await dialogue.askSecret('Password of ADMIN1');
  const everyMinutes = await askNumber(dialogue, 'Receive mail every so many minutes; 0: on request only', 5);
  const outboxCount = await askNumber(dialogue, 'Send mail when so many messages wait; 0: when mail is received', 1);
  const address = await askUntil(
    dialogue,
    'Address of the network device that Postroom came with, as in 192.168.1.1; nothing to set it later',
    undefined,
    (answer) => (/\s/.test(answer) ? 'An IP address or a host name.' : undefined),
  );
  if (address === '')
    dialogue.say('Until then no mail is collected, sent or served. To set it: postroom config set licensing.device.address ADDRESS');
  const senders = trusted === undefined ? undefined : await askSenders(dialogue, trusted);
  return {
    adminPassword,
    settings: {
      'timer.everyMinutes': everyMinutes,
      'timer.outboxCount': outboxCount,
      ...(address !== '' && { 'licensing.device.address': address }),
      ...(senders?.join() !== trusted?.join() && { 'smtp.trustedNetworks': senders }),
    },
  };
}

/** A mail program logs in; a scanner often cannot. Nobody is trusted for being on this computer. */
async function askSenders(dialogue: Dialogue, trusted: readonly string[]): Promise<readonly string[]> {
  dialogue.say(
    '\nMail programs log in to send. Some scanners, printers and programs cannot: they may send from the addresses that you name here.',
  );
  const answer = await askUntil(
    dialogue,
    'IP addresses that may send without a login, as in 192.168.1.20; none for nobody',
    trusted.length > 0 ? trusted.join(', ') : 'none',
    senderAddressesProblem,
  );
  const senders = senderAddressesIn(answer);
  const own = senders.find(isThisComputer);
  if (own !== undefined) dialogue.say(`${own} is this computer: every program and every plugin on it may send as any account.`);
  return senders;
}

function addressProblem(answer: string): string | undefined {
  return /^[^@\s]+@[^@\s]+$/.test(answer) ? undefined : 'An address as in mail@company.com.';
}

function accountNameProblem(name: string, taken: readonly string[]): string | undefined {
  const isTaken = taken.some((id) => foldCase(id) === foldCase(name));
  return isTaken ? `There is an account ${name} already; this one needs another name.` : nameProblem('account', name);
}

/** Of `host` or `host:port`. */
function hostProblem(answer: string): string | undefined {
  const port = /^[^\s:/@]+(?::(\d{1,5}))?$/.exec(answer);
  if (port !== null && Number(port[1] ?? 0) <= LARGEST_PORT) return undefined;
  return 'A host name as in pop.isp.example, with a port behind it where that is not the usual one: pop.isp.example:1110.';
}

function serverProperties(protocol: 'pop3' | 'smtp', given: string, security: string): Readonly<Record<string, unknown>> {
  const [host = '', port] = given.split(':');
  return {
    [`${protocol}.host`]: host,
    [`${protocol}.security`]: security,
    ...(port !== undefined && { [`${protocol}.port`]: Number(port) }),
  };
}

/** An empty name ends the questions. */
function userNameProblem(name: string, names: readonly string[]): string | undefined {
  if (name === '') return undefined;
  const isThere = isAdminName(name) || isPublicName(name) || names.some((other) => foldCase(other) === foldCase(name));
  return isThere ? `${name} is there already.` : nameProblem('user', name);
}

function copiesProblem(answer: string, names: readonly string[]): string | undefined {
  const unknown = namesIn(answer, names).find((each) => !names.some((name) => foldCase(name) === foldCase(each)));
  return unknown === undefined
    ? undefined
    : `There is no user ${unknown} yet: one or more of ${names.join(', ')}.${didYouMean(unknown, names)}`;
}

/** `greg, carolyn` or `greg carolyn`; a name may have spaces where it stands alone or between commas. */
function namesIn(answer: string, names: readonly string[]): readonly string[] {
  const isOne = answer.includes(',') || names.some((name) => foldCase(name) === foldCase(answer));
  const parts = answer.split(isOne ? ',' : /\s+/).map((each) => each.trim());
  return parts.filter((each) => each !== '');
}
