// A login to look, without collecting: for the set-up of an account, with everything that was said but the secrets.
import { LOOK_MS, PostroomError, sentenceOf, withinTime } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { IspAccount } from './ispAccount.js';
import { openMailbox } from './ispLogin.js';
import type { KnownWays } from './login/knownWays.js';
import type { Pop3Dialogue } from './pop3Dialogue.js';
import { checkLists } from './unlisted.js';

export interface ProbeResult {
  readonly ok: boolean;
  /** `C:` what was sent, `S:` what was answered, in order. No password in any form. */
  readonly transcript: readonly string[];
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Connects, logs in, lists and QUITs; changes nothing at the ISP. */
export async function probeLogin(
  account: IspAccount,
  services: { readonly clock: Clock; readonly known: KnownWays },
  signal: AbortSignal,
): Promise<ProbeResult> {
  const transcript: string[] = [];
  const note = (side: 'client' | 'server', line: string): void => {
    transcript.push(`${side === 'client' ? 'C' : 'S'}: ${line}`);
  };
  let dialogue: Pop3Dialogue | undefined;
  try {
    await withinTime(services.clock, LOOK_MS, signal, async (inTime) => {
      ({ dialogue } = await openMailbox(account, services, inTime, note));
      await checkLists(dialogue);
      await dialogue.quit(false);
      dialogue.end();
    });
    return { ok: true, transcript };
  } catch (error) {
    dialogue?.cut();
    const code = error instanceof PostroomError ? error.code : 'isp/unreachable';
    return { ok: false, transcript, problem: { code, message: sentenceOf(error) } };
  }
}
