// From the connection to the open mailbox: the greeting, CAPA, STLS where it is demanded, and the ways to log in, one after the other. No password leaves
// before TLS is as the account wants it.
import { PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { IspAccount } from './ispAccount.js';
import { type IspCapabilities, ispCapabilities } from './ispCapabilities.js';
import type { KnownWays } from './login/knownWays.js';
import { LoginAttempt } from './login/loginAttempt.js';
import { greetingError, tlsWantedError } from './login/loginErrors.js';
import { apopTimestamp, wantsTls, waysOffered } from './login/waysToLogIn.js';
import { Pop3Dialogue, type Transcript } from './pop3Dialogue.js';

/** Sessions that one login may take: some servers close the connection behind a refusal. */
const MOST_SESSIONS = 2;

export interface OpenMailbox {
  readonly dialogue: Pop3Dialogue;
  /** What the server can do in this session. */
  readonly capabilities: IspCapabilities;
}

/** Connects and logs in. Throws PostroomError with an `isp/...` code, and leaves no connection behind then. */
export async function openMailbox(
  account: IspAccount,
  services: { readonly clock: Clock; readonly known: KnownWays },
  signal: AbortSignal,
  transcript?: Transcript,
): Promise<OpenMailbox> {
  checkCredentials(account);
  const attempt = new LoginAttempt(account, services.known);
  for (let session = 1; ; session += 1) {
    let dialogue: Pop3Dialogue | undefined;
    try {
      dialogue = await Pop3Dialogue.connect(account, services.clock, signal, transcript);
      return { dialogue, capabilities: await logIn(dialogue, attempt) };
    } catch (error) {
      dialogue?.cut();
      const isClosed = attempt.isRefused && !signal.aborted && error instanceof PostroomError && error.code === 'isp/unreachable';
      if (!isClosed) throw error;
      if (session >= MOST_SESSIONS) throw attempt.error();
    }
  }
}

async function logIn(dialogue: Pop3Dialogue, attempt: LoginAttempt): Promise<IspCapabilities> {
  const { account } = dialogue;
  const greeting = await dialogue.greeting();
  if (!greeting.answer.ok) throw greetingError(account, greeting.answer);
  let capabilities = await askCapabilities(dialogue);
  if (account.security === 'starttls') {
    await startTls(dialogue);
    // What was said in clear text counts no longer.
    capabilities = await askCapabilities(dialogue);
  }
  const timestamp = apopTimestamp(greeting.said);
  const ways = waysOffered(account, capabilities, timestamp);
  if (wantsTls(account, capabilities, ways)) throw tlsWantedError(account);
  await attempt.run(dialogue, { ways, capabilities, timestamp });
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

/** A line end in a name or password would begin another command. */
function checkCredentials(account: IspAccount): void {
  for (const [key, value] of [
    ['pop3.user', account.user],
    ['pop3.password', account.password],
  ] as const) {
    if (/[\r\n\0]/.test(value))
      throw new PostroomError('settings/invalid', `${key} of account ${account.id} holds a line end. Set it again.`);
  }
}
