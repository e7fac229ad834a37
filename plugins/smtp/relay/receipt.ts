// What the core is told of one recipient, without the secrets of the login that a server may repeat.
import { type DestinationReceipt, withoutSecrets } from '@postroom/sdk';
import type { IspServer } from './ispSettings.js';
import type { Verdict } from './replies.js';
import { secretsOf } from './transcript.js';

/** `server`: the one that answered, or that could not be reached; `undefined` where none is set. */
export function receiptFor(recipient: string, verdict: Verdict, server: IspServer | undefined): DestinationReceipt {
  if (server === undefined) return { recipient, ...verdict };
  return { recipient, ...verdict, text: withoutSecrets(verdict.text, secretsOf(server)), remote: server.host };
}
