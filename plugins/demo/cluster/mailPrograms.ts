// Mail programs that hand letters in at both servers and go on at the other one where theirs is gone, and one that reads mailboxes.
import { setTimeout as wait } from 'node:timers/promises';
import type { DemoServer } from './demoServer.js';
import { type Letter, type PickedUp, pickedUp } from './letters.js';
import { LineDialogue } from './lineDialogue.js';

const SMTP_REPLY = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/;
const POP3_LINE = /^(?:\+OK|-ERR).*\r\n/;
const POP3_TEXT = /^\+OK[^\n]*\n[\s\S]*?\r\n\.\r\n/;

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** What the mail programs know of their letters. */
export interface Handed {
  /** Answered with 250: that server has promised them. */
  readonly promised: { readonly letter: Letter; readonly by: DemoServer }[];
  /** The connection ended between the text and its answer. They were sent again, and may be there twice, as with any mail server. */
  readonly sentAgain: Set<Letter>;
}

export interface HandInOptions {
  readonly servers: readonly DemoServer[];
  readonly connections: number;
  readonly login: Login;
  readonly to: string;
}

/** Failures of one program, one after the other, before it gives up. */
const MOST_FAILURES = 20;
const PAUSE_MS = 200;

/** Hands the letters in over some connections, in turn at each of the servers. Resolves when each has been promised. */
export async function handIn(letters: readonly Letter[], handed: Handed, options: HandInOptions): Promise<void> {
  const waiting = [...letters];
  const program = async (first: number): Promise<void> => {
    let failures = 0;
    for (let at = first; waiting.length > 0; at += 1) {
      const server = options.servers[at % options.servers.length] as DemoServer;
      const before = handed.promised.length;
      try {
        await handInAt(server, waiting, handed, options);
      } catch (error) {
        failures = handed.promised.length > before ? 1 : failures + 1;
        if (failures === MOST_FAILURES) throw error;
        await wait(PAUSE_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: options.connections }, (_, at) => program(at)));
}

/** Takes letters from `waiting` for as long as the connection holds; the one that it was at goes back. */
async function handInAt(by: DemoServer, waiting: Letter[], handed: Handed, { login, to }: HandInOptions): Promise<void> {
  const dialogue = await LineDialogue.open(by.smtp);
  let letter: Letter | undefined;
  let isSent = false;
  try {
    const token = Buffer.from(`\0${login.user}\0${login.password}`).toString('base64');
    for (const text of ['', 'EHLO demo.example\r\n', `AUTH PLAIN ${token}\r\n`]) await ask(dialogue, text);
    for (letter = waiting.shift(); letter !== undefined; letter = waiting.shift()) {
      isSent = false;
      for (const line of ['MAIL FROM:<mail@company.example>', `RCPT TO:<${to}>`, 'DATA']) await ask(dialogue, `${line}\r\n`);
      isSent = true;
      await ask(dialogue, `${letter.text}.\r\n`);
      handed.promised.push({ letter, by });
    }
    await ask(dialogue, 'QUIT\r\n');
  } catch (error) {
    if (letter !== undefined) waiting.unshift(letter);
    if (letter !== undefined && isSent) handed.sentAgain.add(letter);
    throw error;
  } finally {
    dialogue.close();
  }
}

async function ask(dialogue: LineDialogue, text: string): Promise<void> {
  const reply = await dialogue.say(text, SMTP_REPLY);
  if (!/^[23]/.test(reply)) throw new Error(reply.trim());
}

/** Every message of a mailbox. */
export async function readMailbox(server: DemoServer, { user, password }: Login): Promise<readonly PickedUp[]> {
  const dialogue = await LineDialogue.open(server.pop3);
  try {
    for (const line of ['', `USER ${user}\r\n`, `PASS ${password}\r\n`]) refuse(await dialogue.say(line, POP3_LINE));
    const count = Number((await dialogue.say('STAT\r\n', POP3_LINE)).split(' ')[1]);
    const found: PickedUp[] = [];
    for (let number = 1; number <= count; number += 1) found.push(pickedUp(messageIn(await dialogue.say(`RETR ${number}\r\n`, POP3_TEXT))));
    await dialogue.say('QUIT\r\n', POP3_LINE);
    return found;
  } finally {
    dialogue.close();
  }
}

/** Without the line before it, the final dot, and the dots that were added (RFC 1939 section 3). */
function messageIn(answer: string): string {
  return answer.slice(answer.indexOf('\n') + 1, -3).replace(/^\./gm, '');
}

function refuse(reply: string): void {
  if (reply.startsWith('-ERR')) throw new Error(reply.trim());
}
