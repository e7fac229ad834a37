// From the greeting to the open mailbox: CAPA, STLS where it is demanded, the login. No password leaves before TLS is as the account wants it.
import { PostroomError } from '@postroom/sdk';
import type { IspAccount } from './ispAccount.js';
import { type Answer, loginError, parseAnswer } from './ispAnswers.js';
import { type IspCapabilities, ispCapabilities } from './ispCapabilities.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';

/** Octets of a command line with its CRLF (RFC 2449 section 4). */
const COMMAND_LIMIT = 255;

/** Logs in. Answers what the server can do in this session; throws PostroomError with an `isp/...` code. */
export async function logIn(dialogue: Pop3Dialogue): Promise<IspCapabilities> {
  const { account } = dialogue;
  const greeting = await dialogue.answer('the connection with its greeting');
  if (!greeting.ok) throw loginError(account, greeting.code === '' ? { ...greeting, code: 'SYS/TEMP' } : greeting);
  let capabilities = await askCapabilities(dialogue);
  if (account.security === 'starttls') {
    await startTls(dialogue);
    // What was said in clear text counts no longer.
    capabilities = await askCapabilities(dialogue);
  }
  const answer = await authenticate(dialogue, capabilities);
  if (!answer.ok) throw loginError(account, answer);
  return askCapabilities(dialogue);
}

async function askCapabilities(dialogue: Pop3Dialogue): Promise<IspCapabilities> {
  return ispCapabilities(await dialogue.askLines('CAPA'));
}

/** Asks for STLS even where CAPA does not list it: only the answer counts, and without +OK nothing more is sent. */
async function startTls(dialogue: Pop3Dialogue): Promise<void> {
  const answer = await dialogue.ask('STLS');
  if (!answer.ok) {
    throw new PostroomError(
      'isp/tls',
      `${dialogue.account.host} does not start TLS (${answer.text}). No password was sent. Set pop3.security to tls if the ISP offers port 995.`,
      { account: dialogue.account.id },
    );
  }
  await dialogue.secure();
}

async function authenticate(dialogue: Pop3Dialogue, capabilities: IspCapabilities): Promise<Answer> {
  const { account } = dialogue;
  checkCredentials(account);
  if (capabilities.saslPlain) return authPlain(dialogue);
  const user = await dialogue.ask(`USER ${account.user}`);
  return user.ok ? dialogue.ask(`PASS ${account.password}`, 'PASS (hidden)') : user;
}

/** RFC 5034: the response stands behind AUTH where the line is short enough, else it waits for the server's `+`. */
async function authPlain(dialogue: Pop3Dialogue): Promise<Answer> {
  const { account } = dialogue;
  const response = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');
  const line = `AUTH PLAIN ${response}`;
  if (line.length + 2 <= COMMAND_LIMIT) return dialogue.ask(line, 'AUTH PLAIN (hidden)');
  dialogue.send(['AUTH PLAIN']);
  const challenge = await dialogue.rawLine('AUTH PLAIN');
  const answer = parseAnswer(challenge);
  if (answer?.ok === false) return answer;
  if (/^\+\s*$/.test(challenge)) return dialogue.ask(response, '(hidden)');
  // PLAIN has no challenge: whatever this is, the answer to it would be wrong.
  await dialogue.ask('*');
  throw new PostroomError('isp/protocol', `${account.host} asked a question in AUTH PLAIN, which has none. The login was given up.`);
}

/** A line end in a name or password would be a command of its own. */
function checkCredentials(account: IspAccount): void {
  for (const [key, value] of [
    ['pop3.user', account.user],
    ['pop3.password', account.password],
  ] as const) {
    if (/[\r\n\0]/.test(value))
      throw new PostroomError('settings/invalid', `${key} of account ${account.id} holds a line end. Set it again.`);
  }
}
