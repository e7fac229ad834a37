// The command smtp.test-login: does the ISP let us in? Nothing is sent.
import { LOOK_MS, sentenceOf, withinTime } from '@postroom/sdk';
import { accountNamed } from '@postroom/sdk/base';
import type { Accounts, Clock } from '@postroom/sdk/services';
import { IspSession } from './ispSession.js';
import { type IspSettings, ispServerOf } from './ispSettings.js';
import type { KnownMechanisms } from './login/knownMechanisms.js';
import { oneLine } from './replies.js';

export interface LoginTest {
  readonly ok: boolean;
  /** What was said, without passwords. */
  readonly transcript: readonly string[];
  readonly problem?: string;
}

const MAX_LINES = 200;

export async function testLogin(
  accountId: string,
  services: IspSettings & {
    readonly accounts: Accounts;
    readonly clock: Clock;
    readonly known: KnownMechanisms;
  },
  signal: AbortSignal,
): Promise<LoginTest> {
  const account = accountNamed(accountId, services.accounts);
  const transcript: string[] = [];
  const note = (line: string): void => {
    if (transcript.length < MAX_LINES) {
      transcript.push(oneLine(line));
    }
  };
  try {
    const server = await ispServerOf(account, services);
    note(`Connecting to ${server.host}, port ${server.port} (${server.security})`);
    const session = await withinTime(services.clock, LOOK_MS, signal, (inTime) => IspSession.open(server, services.known, inTime, note));
    session.quit();
    return { ok: true, transcript };
  } catch (error) {
    return { ok: false, transcript, problem: oneLine(sentenceOf(error)) };
  }
}
