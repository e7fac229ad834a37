// The questions of `postroom setup`, in the order of the manual's Setup Wizard: the address, the users, the timer, the device.
import { isAdminName, isPublicName } from '@postroom/sdk';
import type { Dialogue } from './dialogue.js';
import { type AccountPlan, guessAccount, type UserPlan } from './setupPlan.js';

/** `former`: the answers that are to be mended; they are proposed again. */
export async function askAccount(dialogue: Dialogue, former?: AccountPlan): Promise<AccountPlan> {
  const proposed = (key: string): string | undefined => {
    const value = former?.[key];
    return typeof value === 'string' ? value : undefined;
  };
  const address = await askAddress(dialogue, former?.address);
  const guess = guessAccount(address);
  const ask = (question: string, key: keyof typeof guess): Promise<string> => dialogue.ask(question, proposed(key) ?? guess[key]);
  const askHost = (question: string, protocol: 'pop3' | 'smtp'): Promise<string> => {
    const port = former?.[`${protocol}.port`];
    const host = proposed(`${protocol}.host`) ?? guess[`${protocol}.host`];
    return dialogue.ask(question, typeof port === 'number' ? `${host}:${port}` : host);
  };
  const id = await ask('Name of the account, for the settings', 'id');
  const kind = await dialogue.ask(
    'Kind: regular (one address for all, told apart by name) or domain (an address for everybody)',
    proposed('kind') ?? 'regular',
  );
  const pop3 = await askServerOf(
    dialogue,
    'incoming',
    await askHost("The ISP's server for incoming mail (POP3)", 'pop3'),
    'pop3',
    proposed,
  );
  const login = await ask('Login name at the ISP', 'pop3.user');
  const smtp = await askServerOf(
    dialogue,
    'outgoing',
    await askHost("The ISP's server for outgoing mail (SMTP)", 'smtp'),
    'smtp',
    proposed,
  );
  const password = await dialogue.askSecret('Password at the ISP');
  return { id, address, kind, ...pop3, 'pop3.user': login, ...smtp, password };
}

/** `host`, or `host:port`. */
async function askServerOf(
  dialogue: Dialogue,
  what: string,
  given: string,
  protocol: string,
  proposed: (key: string) => string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const security = await dialogue.ask(`Encryption for ${what} mail: tls, starttls or plain`, proposed(`${protocol}.security`) ?? 'tls');
  const [, host, port] = /^(.*?):(\d{1,5})$/.exec(given) ?? [undefined, given, undefined];
  return {
    [`${protocol}.host`]: host,
    [`${protocol}.security`]: security,
    ...(port !== undefined && { [`${protocol}.port`]: Number(port) }),
  };
}

async function askAddress(dialogue: Dialogue, proposal: string | undefined): Promise<string> {
  for (;;) {
    const address = await dialogue.ask('The e-mail address to share', proposal);
    if (/^[^@\s]+@[^@\s]+$/.test(address)) return address;
    dialogue.say('An address as in mail@company.com.');
  }
}

/** Asks for users until a name is left empty. `add` answers whether it worked. */
export async function askUsers(dialogue: Dialogue, add: (user: UserPlan) => Promise<boolean>): Promise<void> {
  dialogue.say('\nThe users. ADMIN1, who gets what fits nobody, and PUBLIC1, everybody, are there already.');
  const names: string[] = [];
  for (;;) {
    const name = await dialogue.ask(names.length === 0 ? 'Name of the first user' : 'Name of the next user, or nothing to go on');
    if (name === '') return;
    if (isAdminName(name) || isPublicName(name)) {
      dialogue.say(`${name} is there already.`);
      continue;
    }
    const password = await dialogue.askSecret(`Password of ${name}`);
    const copies = names.length === 0 ? '' : await dialogue.ask(`Who always gets a copy of ${name}'s mail (of ${names.join(', ')})`);
    const cc = copies.split(/[\s,]+/).filter((each) => each !== '');
    if (await add({ name, password, cc })) names.push(name);
  }
}

/** What belongs to the server as a whole. */
export async function askServer(
  dialogue: Dialogue,
): Promise<{ readonly adminPassword: string; readonly settings: Readonly<Record<string, unknown>> }> {
  const adminPassword = await dialogue.askSecret('\nPassword of ADMIN1, also for the manager');
  const everyMinutes = await askNumber(dialogue, 'Receive mail every so many minutes; 0: on request only', 5);
  const outboxCount = await askNumber(dialogue, 'Send mail when so many messages wait; 0: when mail is received', 1);
  const address = await dialogue.ask('Address of the network device that Postroom came with, as in 192.168.1.1; nothing to set it later');
  return {
    adminPassword,
    settings: {
      'timer.everyMinutes': everyMinutes,
      'timer.outboxCount': outboxCount,
      ...(address !== '' && { 'licensing.device.address': address }),
    },
  };
}

async function askNumber(dialogue: Dialogue, question: string, proposal: number): Promise<number> {
  for (;;) {
    const number = Number(await dialogue.ask(question, String(proposal)));
    if (Number.isInteger(number) && number >= 0) return number;
    dialogue.say('A whole number.');
  }
}
